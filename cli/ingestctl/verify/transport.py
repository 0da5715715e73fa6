"""Connections that give every answer."""

from collections.abc import Mapping

import requests

from ingestctl.errors import UnavailableError
from ingestctl.http.retry import RetryPolicy
from ingestctl.http.transport import Headers, Transport


class FullTransport(Transport):
    """Returns the answers 502, 503 and 504, which are an UnavailableError of other transports."""

    def __init__(self, url: str, timeout: float, retry_policy: RetryPolicy, headers: Mapping[str, str]) -> None:
        super().__init__(url, timeout, retry_policy, headers)
        self._last = requests.Response()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Headers | None = None, retry: bool = True
    ) -> requests.Response:
        """Send a request and return the answer; blocks. It raises all other errors of a transport."""
        try:
            return super().send(method, path, body, headers, retry)
        except UnavailableError:
            return self._last

    def _exchange(self, method: str, url: str, body: bytes | None, headers: Headers | None) -> requests.Response:
        self._last = super()._exchange(method, url, body, headers)
        return self._last
