"""Context of one run: the address of the service, and the options that all commands have.

What it takes to reach the service is loaded once a command asks for it: the help needs none of that.
"""

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ingestctl.render.printing import print_line
from ingestctl.render.times import here_and_now

if TYPE_CHECKING:
    from ingestctl.client import Client
    from ingestctl.commands.config import Configuration
    from ingestctl.http.retry import RetryPolicy
    from ingestctl.http.transport import Transport

DEFAULT_URL = "http://localhost:8000"
URL_VARIABLE = "INGEST_URL"


@dataclass
class CliContext:
    """Options of one run, and its ways to reach the service and the user.

    `retry_policy` is that of the client unless it is given. `now` is the clock of this system, and once there is
    a client, that of its service.
    """

    chosen_url: str | None = None
    quiet: bool = False
    debug: bool = False
    retry_policy: "RetryPolicy | None" = None
    now: Callable[[], datetime] = here_and_now

    @property
    def address(self) -> str:
        """Address of the service as it is shown: without a password."""
        from ingestctl.http.address import without_credentials

        return without_credentials(self._service.url or "")

    @property
    def _service(self) -> "Configuration":
        """Address of the service with the headers for it; the file is read only if nothing else has an address.

        An empty one that the user chose stands for no other one: it is refused where it is used.
        """
        from ingestctl.commands.config import Configuration, configuration, headers_of_environment

        chosen = os.environ.get(URL_VARIABLE) or None if self.chosen_url is None else self.chosen_url
        service = configuration() if chosen is None else Configuration(chosen)
        headers = headers_of_environment()
        url = DEFAULT_URL if service.url is None else service.url
        return Configuration(url, service.headers if headers is None else headers)

    def client(self, retry_policy: "RetryPolicy | None" = None, timeout: float = 10.0) -> "Client":
        """Return a client of the service that logs its requests and retries on stderr.

        Raises UsageError if the address, the headers or the configuration file are wrong.
        """
        from ingestctl.client import Client

        self._prepare_log()
        service = self._service
        client = Client(service.url or "", timeout, retry_policy or self.retry_policy, service.headers)
        self.now = client.now
        return client

    def polling_client(self) -> "Client":
        """Return a client that does not retry, for commands that poll and show outages themselves."""
        from ingestctl.http.retry import NO_RETRY

        return self.client(NO_RETRY)

    def transport(self, timeout: float = 10.0) -> "Transport":
        """Return connections for one thread that answer as the service does, and do not retry.

        They log and raise as a client does, but return 502, 503 and 504.
        """
        from ingestctl.http.retry import NO_RETRY
        from ingestctl.verify.transport import FullTransport

        self._prepare_log()
        service = self._service
        return FullTransport(service.url or "", timeout, NO_RETRY, service.headers)

    def notify(self, sentence: str) -> None:
        """Print a sentence on stderr, unless the user wants it quiet."""
        if not self.quiet:
            print_line(sentence, err=True)

    def command(self, *words: str) -> str:
        """Return a command line that asks the same service; it has no password, for it is shown."""
        from ingestctl.http.address import without_credentials

        elsewhere = ("--url", without_credentials(self.chosen_url)) if self.chosen_url else ()
        return shlex.join(("ingestctl", *words, *elsewhere))

    def _prepare_log(self) -> None:
        from ingestctl.commands.request_log import log_on_stderr

        log_on_stderr(self.debug, self.quiet)
