"""What the options that all commands share make of one run of ingestctl."""

import logging
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import click

from ingestctl.commands.config import configured_url
from ingestctl.http.retry import NO_RETRY, RetryPolicy
from ingestctl.render.times import here_and_now

if TYPE_CHECKING:
    from ingestctl.client import Client

DEFAULT_URL = "http://localhost:8000"
URL_VARIABLE = "INGEST_URL"


@dataclass
class CliContext:
    """Where the service is, and how this run speaks with its user: results go to stdout, talk to stderr."""

    chosen_url: str | None = None
    quiet: bool = False
    debug: bool = False
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    now: Callable[[], datetime] = here_and_now

    @property
    def url(self) -> str:
        """The address of the service; raises UsageError if a configuration that is needed is wrong."""
        return self.chosen_url or os.environ.get(URL_VARIABLE) or configured_url() or DEFAULT_URL

    def client(self, retry_policy: RetryPolicy | None = None, timeout: float = 10.0) -> "Client":
        """Return a client of the service that logs on stderr what it goes through."""
        from ingestctl.client import Client

        log = logging.getLogger("ingestctl")
        log.handlers = [_Stderr()]
        log.setLevel(logging.DEBUG if self.debug else logging.WARNING if self.quiet else logging.INFO)
        return Client(self.url, timeout, retry_policy or self.retry_policy)

    def watching_client(self) -> "Client":
        """Return a client for those who ask again anyway, and want to show when the service is away."""
        return self.client(NO_RETRY)

    def say(self, sentence: str) -> None:
        """Talk to the user, unless they want it quiet."""
        if not self.quiet:
            click.echo(sentence, err=True)

    def command(self, *words: str) -> str:
        """Return a command line that does this with the same service."""
        elsewhere = ("--url", self.chosen_url) if self.chosen_url else ()
        return shlex.join(("ingestctl", *words, *elsewhere))


class _Stderr(logging.Handler):
    """Writes where stderr is now."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)
