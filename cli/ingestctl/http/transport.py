"""Requests to one service, sent again where that is safe and may help."""

import logging
import time
from collections.abc import Mapping

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from ingestctl.errors import ConnectError, InvalidUrlError, NoAnswerError, UnreachableError, UsageError
from ingestctl.http.responses import check_available
from ingestctl.http.retry import NO_RETRY, RetryPolicy
from ingestctl.http.tls import SystemTrustAdapter

log = logging.getLogger(__name__)

Headers = Mapping[str, str | None]


class Transport:
    """Connections that are kept open until `close`; `timeout` limits every silence, in seconds.

    Not for several threads at once.
    """

    def __init__(self, url: str, timeout: float, retry_policy: RetryPolicy) -> None:
        self._url = url
        self._timeout = timeout
        self._retry_policy = retry_policy
        self._connected = False
        self._session = requests.Session()
        self._session.mount("https://", SystemTrustAdapter())

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Headers | None = None, retry: bool = True
    ) -> requests.Response:
        """Send a request and return the answer; blocks. Without `retry` it is sent once.

        Raises InvalidUrlError, and NoAnswerError after the retries, or at once if there never was a connection.
        """
        policy = self._retry_policy if retry else NO_RETRY
        return policy.call(lambda: self._send_once(method, path, body, headers), self._is_final)

    def close(self) -> None:
        """Close the connections; calling it twice is fine."""
        self._session.close()

    def _is_final(self, error: NoAnswerError) -> bool:
        self._connected = self._connected or not isinstance(error, ConnectError)
        return not self._connected

    def _send_once(self, method: str, path: str, body: bytes | None, headers: Headers | None) -> requests.Response:
        url = self._url.rstrip("/") + path
        started = time.monotonic()
        try:
            answer = self._exchange(method, url, body, headers)
        except NoAnswerError as error:
            _trace(method, url, str(error), started)
            raise
        _trace(method, url, f"{answer.status_code} {answer.reason}", started)
        self._connected = True
        return check_available(answer)

    def _exchange(self, method: str, url: str, body: bytes | None, headers: Headers | None) -> requests.Response:
        """Redirects are not followed: one of a POST would arrive as a GET, without the ids."""
        try:
            return self._session.request(
                method, url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except ValueError as error:
            raise InvalidUrlError(_INVALID_URL.format(self._url)) from error
        except requests.ReadTimeout as error:
            raise UnreachableError(_TIMEOUT.format(self._url, self._timeout)) from error
        except requests.exceptions.SSLError as error:
            raise ConnectError(_NOT_TRUSTED.format(self._url, _reason(error))) from error
        except requests.RequestException as error:
            kind = ConnectError if _never_connected(error) else UnreachableError
            raise kind(_UNREACHABLE.format(self._url, _reason(error))) from error
        except OSError as error:  # requests checks the bundle itself
            raise UsageError(f"{str(error).rstrip('.')}. Check REQUESTS_CA_BUNDLE.") from error


_INVALID_URL = (
    "{!r} is not the address of a service: give one like http://localhost:8000 with --url or INGEST_URL."
)
_TIMEOUT = "{} did not answer within {:g} s. The request may have arrived anyway."
_UNREACHABLE = (
    "Cannot reach the ingest service at {}: {}. Is it running? Set --url or INGEST_URL if it is elsewhere."
)
_NOT_TRUSTED = (
    "No secure connection to {}: {}. Name its certificate authority with REQUESTS_CA_BUNDLE if you trust it."
)


def _trace(method: str, url: str, outcome: str, started: float) -> None:
    log.debug("%s %s: %s, %.0f ms", method, url, outcome, 1000 * (time.monotonic() - started))


def _never_connected(error: requests.RequestException) -> bool:
    wrapped = error.args[0] if error.args else None
    reason = wrapped.reason if isinstance(wrapped, MaxRetryError) else wrapped
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _reason(error: BaseException) -> str:
    """Return the message of the operating system; requests wraps it three times, into a page of text."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return getattr(error, "strerror", None) or str(error)
