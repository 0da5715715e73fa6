"""Requests to one service, sent again where that is safe and may help."""

import logging
import re
import time
from collections.abc import Mapping

import requests
from requests.auth import HTTPBasicAuth
from requests.exceptions import ProxyError
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from ingestctl.errors import ConnectError, NoAnswerError, UnreachableError, UsageError
from ingestctl.http.address import credentials_of, host_of, invalid, without_credentials
from ingestctl.http.proxy import Proxy
from ingestctl.http.responses import check_available, check_moved
from ingestctl.http.retry import NO_RETRY, RetryPolicy
from ingestctl.http.server_clock import ServerClock
from ingestctl.http.tls import SystemTrustAdapter

log = logging.getLogger(__name__)

Headers = Mapping[str, str | None]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Transport:
    """Connections that are kept open until `close`; `timeout` limits every silence, in seconds.

    `headers` are sent with every request. Not for several threads at once. Raises UsageError if the
    address, a header or the proxy is not a valid one.
    """

    def __init__(self, url: str, timeout: float, retry_policy: RetryPolicy, headers: Mapping[str, str]) -> None:
        if not (host := host_of(url)):
            raise invalid(url)
        self._host = host
        self._url = without_credentials(url)
        self.proxy = Proxy(self._url, host)
        self._timeout = timeout
        self._retry_policy = retry_policy
        self._connected = False
        self.clock = ServerClock()
        self._session = _session(url, headers)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Headers | None = None, retry: bool = True
    ) -> requests.Response:
        """Send a request and return the answer; blocks. Without `retry` it is sent once.

        Raises UsageError if the address or the certificates are not valid, UnexpectedAnswerError if the service
        has moved, and NoAnswerError after the retries, or at once if there never was a connection.
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
        if "Age" not in answer.headers:  # else the date is that of a cache
            self.clock.learn(answer.headers.get("Date"), time.monotonic() - started)
        check_moved(answer, path)
        return check_available(answer, self.proxy.via)

    def _exchange(self, method: str, url: str, body: bytes | None, headers: Headers | None) -> requests.Response:
        """Send it without following redirects: a redirected POST would arrive as a GET, without the ids."""
        try:
            return self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                proxies=dict(self.proxy.settings),
            )
        except ValueError as error:
            raise invalid(self._url) from error
        except requests.RequestException as error:
            raise self._no_answer(error) from error
        except OSError as error:  # requests checks the bundle itself
            raise UsageError(f"{str(error).rstrip('.')}. Check REQUESTS_CA_BUNDLE.") from error

    def _no_answer(self, error: requests.RequestException) -> UnreachableError:
        there, reason = f"{self._url}{self.proxy.via}", _reason(error)
        match error:
            case requests.ReadTimeout():
                return UnreachableError(_TIMEOUT.format(there, self._timeout))
            case requests.exceptions.SSLError():
                return ConnectError(_NOT_TRUSTED.format(there, reason))
            case ProxyError():
                return ConnectError(_NO_PROXY.format(self.proxy.name, self._url, reason, self._host))
        kind = ConnectError if _never_connected(error) else UnreachableError
        return kind(_UNREACHABLE.format(there, reason))


_TIMEOUT = "{} did not answer within {:g} s. The request may have arrived anyway."
_UNREACHABLE = (
    "Cannot reach the ingest service at {}: {}. Is it running? Set --url or INGEST_URL if it is elsewhere."
)
_NOT_TRUSTED = (
    "No secure connection to {}: {}. Name its certificate authority with REQUESTS_CA_BUNDLE if you trust it."
)
_NO_PROXY = "The proxy {} does not lead to {}: {}. Correct http_proxy and https_proxy, or add {} to no_proxy."


def _session(url: str, headers: Mapping[str, str]) -> requests.Session:
    """Return a session for an address; a header `Authorization` goes before other credentials."""
    for name, value in headers.items():
        _check_header(name, value)
    session = requests.Session()
    session.mount("https://", SystemTrustAdapter())
    session.headers.update(headers)
    if "Authorization" in session.headers:
        session.auth = _as_it_is
    elif credentials := credentials_of(url):
        session.auth = HTTPBasicAuth(*credentials)
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _check_header(name: str, value: str) -> None:
    """Raise UsageError for a header that HTTP cannot carry (RFC 9110 section 5); its value is a secret."""
    if not _HEADER_NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not the name of an HTTP header.")
    if not (value.isascii() and value.isprintable()) or value != value.strip():
        raise UsageError(f"The value of the header {name} is not valid: use printable ASCII characters only.")


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
