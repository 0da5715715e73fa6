"""The upstream API over HTTP."""

import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import partial
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.structures import CaseInsensitiveDict

from ingest_service.clock import NANOSECONDS, Clock, has_passed
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call
from ingest_service.spare_threads import SpareThreads
from ingest_service.upstream_request import UpstreamRequest
from ingest_service.upstreams.cancellable import CancellableAdapter, CancellableCall, of_this_thread
from ingest_service.upstreams.responses import is_good, read_error, read_result

log = logging.getLogger(__name__)

LARGEST_ANSWER = 10 * 1024 * 1024
_CHUNK = 65_536
# Seconds beyond the deadline after which the system gives up too, in threads that are not waited for any more.
_BEYOND = 1


class _Session(requests.Session):
    def __init__(self, trust: Callable[[], ssl.SSLContext]) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, CancellableAdapter(trust))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none: requests reads the whole body of a redirect and trips over a garbled Location."""


class HttpUpstream:
    """Fits the port `Fetcher`: one request for each id, with the headers of that moment.

    `timeout` (nanoseconds) bounds a whole call, from the look-up of the name to the last byte, however slowly
    the bytes come; a call that takes longer is reset. Redirects are not followed: each would be a call
    that no slot counts. The calls of a slot run side by side, through `proxy` if there is one. Connections are not
    kept for the next slot: many servers close an idle one after five seconds, just when it would be used, and the
    call would be lost.
    """

    def __init__(
        self,
        request: UpstreamRequest,
        headers: Callable[[], Mapping[str, str]],
        timeout: int,
        clock: Clock,
        trust: Callable[[], ssl.SSLContext],
        proxy: str | None = None,
        threads: SpareThreads | None = None,
    ) -> None:
        self._request = request
        self._headers = headers
        self._timeout = timeout
        self._clock = clock
        self._threads = threads or SpareThreads()
        # It writes URLs into the log, which may hold a key.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._session = _Session(trust)
        self._proxies = {} if proxy is None else {"http": proxy, "https": proxy}

    def fetch(self, record_id: int, until: int | None) -> Call:
        """Call the upstream once; when the time is up the call is cut off, wherever it is.

        It may connect for that long also where `until` passes meanwhile: an upstream that cannot be reached has
        failed, or its ids would wait again for ever.
        """
        call = CancellableCall(self._clock.now, partial(has_passed, self._clock, until))
        answers: list[Answer] = []
        ended = threading.Event()
        cut_off = self._clock.now() + self._timeout
        self._begin(partial(self._run, record_id, call, answers, ended), f"fetch-{record_id}")
        self._wait(ended, cut_off)
        # First the verdict, then the cut: a body without a length looks whole where it is cut.
        answer = answers[0] if answers else self._too_late()
        call.cancel()
        if call.is_bound:
            # The connection is reset when its thread has closed it; until then something may still be delivered.
            self._wait(ended, self._clock.now() + _BEYOND * NANOSECONDS)
        return NOT_CALLED if call.came_too_late else Call(call.started, answer)

    def _begin(self, run: Callable[[], None], name: str) -> None:
        """Make a call in a spare thread; where the system has none left in this one, which cannot cut it off."""
        try:
            self._threads.run(run, name)
        except RuntimeError:
            run()

    def _wait(self, ended: threading.Event, until: int) -> None:
        while not ended.is_set() and self._clock.now() < until:
            self._clock.wait(ended, until)

    def _run(self, record_id: int, call: CancellableCall, answers: list[Answer], ended: threading.Event) -> None:
        of_this_thread(call)
        try:
            answers.append(self._ask(record_id))
        except (requests.RequestException, OSError, ValueError) as error:
            answers.append(Answer(error=_cause(error), retryable=True))
        except MemoryError:
            # It ends the process.
            raise
        except Exception as error:
            log.exception("the call of id %d failed unexpectedly", record_id, extra={"id": record_id})
            answers.append(Answer(error=f"no answer: {type(error).__name__}", retryable=True))
        finally:
            call.mark_ended()
            ended.set()

    def _ask(self, record_id: int) -> Answer:
        with self._send(record_id) as response:
            status = response.status_code
            if not is_good(status):
                return read_error(status, response.headers, self._clock.wall())
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    return Answer(error=f"the answer is larger than {LARGEST_ANSWER} bytes", status=status)
            return read_result(status, bytes(body))

    def _send(self, record_id: int) -> requests.Response:
        return self._session.send(
            self._prepared(record_id),
            stream=True,
            timeout=self._timeout / NANOSECONDS + _BEYOND,
            proxies=self._proxies,
            allow_redirects=False,
        )

    def _prepared(self, record_id: int) -> requests.PreparedRequest:
        """Return a request that takes nothing from the environment: the proxy was chosen at the start.

        A session would look there for each call, which takes longer than to connect.
        """
        body = self._request.body_of(record_id)
        of_body = {} if body is None else {"Content-Type": "application/json"}
        # The names of headers do not depend on the case: those of the settings come last.
        headers = CaseInsensitiveDict(self._session.headers)
        headers.update({**of_body, **self._headers()})
        prepared = requests.PreparedRequest()
        url = self._request.url_of(record_id)
        prepared.prepare(self._request.method, url, headers, data=body, auth=_as_it_is)
        return prepared

    def _too_late(self) -> Answer:
        return Answer(error=f"no whole answer within {self._timeout / NANOSECONDS:g} s", retryable=True)


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep what the URL says of a user from replacing the headers of the settings."""
    return prepared


def _cause(error: BaseException) -> str:
    """Return what the system said: requests wraps it three times, into text that shows the URL."""
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the answer broke off"
    while cause := error.__cause__ or error.__context__:
        error = cause
    words = getattr(error, "strerror", None) or type(error).__name__
    return f"no answer: {words}"
