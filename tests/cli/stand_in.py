"""A stand-in for the ingest service: a real HTTP server that answers what a test tells it."""

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INGESTION_ID = "3f0c7a52-8d0e-4d2b-9f5e-6a1b5c0d9e42"


@dataclass(frozen=True)
class Answer:
    """`body` is sent as JSON, bytes are sent as they are."""

    status: int = 200
    body: object = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


HANG_UP = Answer(status=0)
SILENCE = Answer(status=-1)


@dataclass(frozen=True)
class Question:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class StandIn:
    """Gives its answers one by one, the last one again and again, and remembers what it was asked."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self._answers: deque[Answer] = deque()
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._door())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answers(self, *answers: Answer) -> None:
        self._answers = deque(answers)

    def stop(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_until_stopped(self) -> None:
        self._stopped.wait()

    def answer(self, question: Question) -> Answer:
        self.questions.append(question)
        answers = self._answers  # once: the test may replace them meanwhile
        return answers.popleft() if len(answers) > 1 else answers[0]

    def _door(self) -> type[BaseHTTPRequestHandler]:
        class Door(_Door):
            stand_in = self

        return Door


class _Door(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        answer = self.stand_in.answer(self._question())
        if answer is SILENCE:
            self.stand_in.wait_until_stopped()
        elif answer is not HANG_UP:
            self._send(answer)

    def _question(self) -> Question:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return Question(self.command, self.path, dict(self.headers), json.loads(body or "null"))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Say nothing: the output of the tests stays clean."""


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


def refusal(status: int, error: str, headers: dict[str, str] | None = None, **details: list[str]) -> Answer:
    return Answer(status, {"error": error, **({"details": details} if details else {})}, headers or {})
