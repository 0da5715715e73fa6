"""A little service that keeps the specification; it has no threads: what is due happens at the next request."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import takewhile
from typing import Any, Self
from uuid import uuid4

from tests.acceptance.services.submission import problems

RANKS = {"HIGH": 0, "MEDIUM": 1, "LOW": 2}


@dataclass(frozen=True)
class Answer:
    """An answer of HTTP with JSON."""

    status_code: int
    content: bytes


@dataclass
class Batch:
    """A batch; `at` is the time when its slot opened, None until then."""

    rank: int
    created: float
    number: int
    ids: Sequence[int]
    at: float | None = None


def answer(status_code: int, **content: Any) -> Answer:
    return Answer(status_code, json.dumps(content).encode())


class RightService:
    """The service, by its clock `now`; a call of its upstream takes a fifth of the interval."""

    batch_size = 3

    def __init__(self, interval: float, now: Callable[[], float]) -> None:
        self.interval = interval
        self.now = now
        self.ingestions: dict[str, list[Batch]] = {}
        self.opens = now()

    def ask(self, method: str, path: str, body: bytes) -> Answer:
        """Do what is due, and answer."""
        self.advance()
        if path == "/ingest":
            return self.submit(body) if method == "POST" else answer(405, error="Method not allowed", details={})
        batches = self.ingestions.get(path.removeprefix("/status/"))
        if batches is None:
            return answer(404, error="Ingestion ID not found")
        return self.status(path.removeprefix("/status/"), batches)

    def restarted(self) -> Self:
        """Return the service after a restart: everything was on the disk."""
        return self

    def submit(self, body: bytes) -> Answer:
        if found := problems(body):
            return self.refuse(found)
        submitted = json.loads(body)
        ingestion_id = str(uuid4())
        self.ingestions[ingestion_id] = [
            Batch(RANKS[submitted["priority"]], self.now(), number, ids)
            for number, ids in enumerate(self.split(submitted["ids"]))
        ]
        return answer(HTTPStatus.OK, ingestion_id=ingestion_id)

    def refuse(self, found: dict[str, list[str]]) -> Answer:
        return answer(HTTPStatus.BAD_REQUEST, error="Invalid input", details=found)

    def split(self, ids: Sequence[int]) -> list[Sequence[int]]:
        return [ids[start : start + self.batch_size] for start in range(0, len(ids), self.batch_size)]

    def status(self, ingestion_id: str, batches: Sequence[Batch]) -> Answer:
        listed = [
            {"batch_id": f"{ingestion_id}-{batch.number}", "ids": batch.ids, "status": self.status_of(batch)}
            for batch in batches
        ]
        statuses = {self.status_of(batch) for batch in batches}
        outer = statuses.pop() if len(statuses) == 1 else "triggered"
        return answer(HTTPStatus.OK, ingestion_id=ingestion_id, status=outer, batches=listed)

    def status_of(self, batch: Batch) -> str:
        if batch.at is None:
            return "yet_to_start"
        return "triggered" if self.now() < batch.at + self.interval / 5 else "completed"

    def advance(self) -> None:
        """Open every slot that is due, in the order of time."""
        while (waiting := self.waiting()) and self.opens_at(waiting) <= self.now():
            at = self.opens_at(waiting)
            for batch in self.chosen(waiting):
                batch.at = at
            self.opens = at + self.gap()

    def waiting(self) -> list[Batch]:
        return [batch for batches in self.ingestions.values() for batch in batches if batch.at is None]

    def opens_at(self, waiting: Sequence[Batch]) -> float:
        return max(self.opens, min(batch.created for batch in waiting))

    def gap(self) -> float:
        return self.interval

    def chosen(self, waiting: Sequence[Batch]) -> list[Batch]:
        """Return the first of the waiting batches, as many as fit into a slot."""
        room = self.batch_size

        def fits(batch: Batch) -> bool:
            nonlocal room
            room -= len(batch.ids)
            return room >= 0

        return list(takewhile(fits, sorted(waiting, key=self.place)))

    def place(self, batch: Batch) -> tuple[float, ...]:
        return batch.rank, batch.created, batch.number
