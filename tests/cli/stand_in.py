"""A stand-in for the ingest service: a real HTTP server with answers that a test chooses."""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar

Said = TypeVar("Said")

INGESTION_ID = "3f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42"


@dataclass(frozen=True)
class Answer:
    """`body` is sent as JSON, bytes are sent as they are."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def answer(self, _: "Request") -> "Answer":
        return self


HANG_UP = Answer(status=0)
SILENCE = Answer(status=-1)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def etag(self) -> str | None:
        return self.headers.get("If-None-Match")


class Resource(Protocol):
    def answer(self, request: Request) -> Answer: ...


class StandIn:
    """Gives its answers one by one, the last one again and again, and records the requests.

    Like an older service it has nothing under /ingestions, until it gets timetables. Its clock is `ahead` of
    the one of this system.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: deque[Answer] = deque()
        self._timetables: deque[Resource] = deque()
        self._current: Resource = refusal(404, "Not found")
        self.ahead = timedelta(0)
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answers(self, *answers: Answer) -> None:
        self._answers = deque(answers)

    def always(self, answer: Answer) -> None:
        """Give this answer to every request."""
        self._answers, self._timetables, self._current = deque([answer]), deque(), answer

    def timetables(self, *timetables: Resource) -> None:
        """Answer with one after the other when the ingestion is requested, and with its batches in between."""
        self._timetables = deque(timetables)

    def paths(self) -> list[str]:
        """Return the paths of all requests, without the ingestion id."""
        return [request.path.replace(INGESTION_ID, "id") for request in self.requests]

    def stop(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_until_stopped(self) -> None:
        self._stopped.wait()

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.path.startswith("/ingestions/"):
            return self._look_up(request)
        return _next(self._answers)

    def _look_up(self, request: Request) -> Answer:
        if self._timetables and request.path.endswith(INGESTION_ID):
            self._current = _next(self._timetables)
        return self._current.answer(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        class Handler(_Handler):
            stand_in = self

        return Handler


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_PATCH(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def _respond(self) -> None:
        answer = self.stand_in.answer(self._request())
        if answer is SILENCE:
            self.stand_in.wait_until_stopped()
        elif answer is not HANG_UP:
            self._send(answer)

    def _request(self) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return Request(self.command, self.path, dict(self.headers), json.loads(body or "null"))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.stand_in.ahead.total_seconds())

    def log_message(self, *_: object) -> None:
        """Print nothing: the output of the tests stays clean."""


def _next(queue: deque[Said]) -> Said:
    return queue.popleft() if len(queue) > 1 else queue[0]


def accepted() -> Answer:
    return Answer(body={"ingestion_id": INGESTION_ID})


def progress(*statuses: str, headers: dict[str, str] | None = None) -> Answer:
    """Three ids a batch: 1, 2, 3, then 4, 5, 6, and so on."""
    distinct = set(statuses)
    batches = [
        {"batch_id": f"batch-{n}", "ids": [3 * n + 1, 3 * n + 2, 3 * n + 3], "status": status}
        for n, status in enumerate(statuses)
    ]
    status = statuses[0] if len(distinct) == 1 else "triggered"
    return Answer(body={"ingestion_id": INGESTION_ID, "status": status, "batches": batches}, headers=headers or {})


def refusal(
    status: int,
    error: str,
    headers: dict[str, str] | None = None,
    limits: dict[str, int] | None = None,
    **details: list[str],
) -> Answer:
    """An error; an older service sends no limits."""
    fields = {"details": details, "limits": limits}
    return Answer(
        status, {"error": error, **{name: value for name, value in fields.items() if value}}, headers or {}
    )
