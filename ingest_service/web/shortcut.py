"""The way around Flask: plain requests for what is asked the most, answered in the same bytes."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from re import compile as pattern
from typing import TYPE_CHECKING

from flask import Flask, request
from pydantic import ValidationError

from ingest_service.domain.packed_ids import PackedIds
from ingest_service.service import Service
from ingest_service.web.http.access_log import AccessLog, Exchange, Submitted
from ingest_service.web.http.bodies import SMALL_BYTES
from ingest_service.web.http.origins import is_plain_host
from ingest_service.web.http.parameters import parse_ingestion_id
from ingest_service.web.http.responses import JSON
from ingest_service.web.http.times import retry_after
from ingest_service.web.ingest.models import Accepted
from ingest_service.web.ingest.requests import SubmissionBody
from ingest_service.web.ingest.status import BATCHES_IN_PIECE, status_body, status_tag
from ingest_service.web.service.models import Health

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_RAISED = "ingest_service.raised"
# A request with one of these is not plain: it is a page's, has another body or means something else.
_SPECIAL = frozenset(
    ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_CONTENT_ENCODING", "HTTP_IDEMPOTENCY_KEY", "HTTP_IF_MATCH")
)
_UUID = pattern("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = pattern('"[0-9a-f]+"')


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: headers and body as Flask would write them."""

    exchange: Exchange
    headers: list[tuple[str, str]]
    body: bytes = b""


class Written(list[bytes]):
    """The body of an answer; `close` is called when it was handed over."""

    def __init__(self, body: bytes, close: Callable[[], None]) -> None:
        super().__init__([body] if body else [])
        self.close = close


class Shortcut:
    """WSGI middleware: answers plain requests itself, and passes all others on as they are.

    What goes wrong is raised again inside of Flask, which knows how to answer it.
    """

    def __init__(
        self, app: Flask, service: Service, version: str, most_ids: int, hosts: Collection[str], log: AccessLog
    ) -> None:
        self._application: WSGIApplication = app.wsgi_app
        self._service = service
        self._most_ids = most_ids
        self._hosts = hosts
        self._log = log
        self._health = Health(status="ok", version=version).to_json().encode()
        app.before_request(_raise_again)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer the request, here or there."""
        began = self._log.now()
        try:
            answer = self._answer(environ)
        except Exception as error:  # noqa: BLE001 - it is raised again
            environ[_RAISED] = error
            answer = None
        if answer is None:
            return self._application(environ, start_response)
        exchange = answer.exchange
        start_response("200 OK" if exchange.status == 200 else "304 NOT MODIFIED", answer.headers)
        return Written(answer.body, partial(self._log.note, exchange, began))

    def _answer(self, environ: "WSGIEnvironment") -> Answer | None:
        """Return the answer to a plain request, None for another one."""
        if environ.get("QUERY_STRING") or environ.get("SCRIPT_NAME") or not _SPECIAL.isdisjoint(environ):
            return None
        if self._hosts and not is_plain_host(environ.get("HTTP_HOST", ""), self._hosts):
            return None
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if method == "POST":
            return self._submit(environ) if path == "/ingest" else None
        if method != "GET":
            return None
        if path == "/health":
            return self._alive()
        return self._status(path, environ.get("HTTP_IF_NONE_MATCH")) if path.startswith("/status/") else None

    def _submit(self, environ: "WSGIEnvironment") -> Answer | None:
        length = environ.get("CONTENT_LENGTH", "")
        if not (length.isdecimal() and int(length) <= SMALL_BYTES):
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(body)
        try:
            asked = SubmissionBody.model_validate_json(body, extra="forbid")
        except ValidationError:
            return None
        count = len(asked.ids)
        if asked.deadline is not None or count > self._most_ids:
            return None
        ingestion_id = self._service.submit(PackedIds.of(asked.ids), asked.priority)
        text = Accepted(ingestion_id=ingestion_id).to_json().encode()
        headers = [*_json(text), ("Location", f"/status/{ingestion_id}")]
        submitted = Submitted(ingestion_id, count, asked.priority)
        return Answer(Exchange("POST", "/ingest", "/ingest", 200, submitted=submitted), headers, text)

    def _status(self, path: str, known: str | None) -> Answer | None:
        name = path.removeprefix("/status/")
        if not _UUID.fullmatch(name) or (known is not None and not _TAG.fullmatch(known)):
            return None
        report = self._service.reports.status(parse_ingestion_id(name))
        progress = report.progress
        tag = f'"{status_tag(progress)}"'
        headers = [("ETag", tag), ("Cache-Control", "no-cache")]
        if report.changes_in is not None:
            headers.append(("Retry-After", retry_after(report.changes_in)))
        route = "/status/<ingestion_id>"
        if known == tag:
            return Answer(Exchange("GET", path, route, 304, name), headers)
        if report.ids is None or progress.ingestion.batch_count > BATCHES_IN_PIECE:
            return None
        text = "".join(status_body(progress, report.ids)).encode()
        return Answer(Exchange("GET", path, route, 200, name), [*_json(text), *headers], text)

    def _alive(self) -> Answer | None:
        if self._service.liveness_failures():
            return None
        return Answer(Exchange("GET", "/health", "/health", 200), _json(self._health), self._health)


def _json(text: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", JSON), ("Content-Length", str(len(text)))]


def _raise_again() -> None:
    """Raise what went wrong before Flask."""
    error = request.environ.get(_RAISED)
    if error is not None:
        raise error
