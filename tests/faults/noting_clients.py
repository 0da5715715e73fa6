"""Clients that submit, change and poll while the disk or the service fails, and note what they were answered."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from threading import Lock
from typing import Any

from tests.processes.client import GONE, Answer, Client
from tests.processes.load import PRIORITIES
from tests.processes.threads import Threads

_CLIENTS = 3
_MANY_IDS = 200


@dataclass
class Submitted:
    """A submission of ids that no other one has. Times are nanoseconds of the monotonic clock.

    `answered` and `cancelled` are when the client was told so, None before; `priorities` are those it may have
    now, (when it was asked for, when that was answered or None, which).
    """

    ids: tuple[int, ...]
    key: str
    priorities: list[tuple[int, int | None, str]]
    ingestion_id: str = ""
    answered: int | None = None
    cancel_asked: int | None = None
    cancelled: int | None = None


@dataclass
class Notes:
    """The notes of all clients: what was submitted, when an id was first shown as completed, and refusals."""

    submitted: list[Submitted] = field(default_factory=list)
    shown: dict[int, int] = field(default_factory=dict)
    refusals: list[tuple[str, Answer]] = field(default_factory=list)


class NotingClients(Threads):
    """Threads that submit while fewer than `room` ids of theirs were not called yet, each id once in all.

    A submission without an answer, or with a refusal, is sent again with its key until it is accepted.
    """

    def __init__(self, port: int, seed: int, seen: Callable[[], set[int]], room: int) -> None:
        self.notes = Notes()
        self._port = port
        self._seen = seen
        self._room = room
        self._ids = count(1)
        self._lock = Lock()
        super().__init__([partial(self._run, random.Random(seed + n)) for n in range(_CLIENTS)])

    def _run(self, chance: random.Random) -> None:
        own: list[Submitted] = []
        with Client(self._port) as client:
            while not self._closing.wait(chance.uniform(0, 0.03)):
                if own and own[-1].answered is None:
                    self._submit(client, own[-1])
                elif self._has_room(own) and chance.random() < 0.5:
                    own.append(self._new(chance))
                elif own:
                    self._follow(client, chance, chance.choice(own[-20:]))

    def _has_room(self, own: list[Submitted]) -> bool:
        waiting = {i for submitted in own if not submitted.cancel_asked for i in submitted.ids}
        return len(waiting - self._seen()) < self._room

    def _new(self, chance: random.Random) -> Submitted:
        size = _MANY_IDS if chance.random() < 0.03 else chance.randint(1, 8)
        with self._lock:
            ids = tuple(next(self._ids) for _ in range(size))
            priority = (time.monotonic_ns(), None, chance.choice(PRIORITIES))
            submitted = Submitted(ids, f"key {ids[0]}", [priority])
            self.notes.submitted.append(submitted)
        return submitted

    def _follow(self, client: Client, chance: random.Random, submitted: Submitted) -> None:
        """Ask what became of a submission, or change it."""
        drawn = chance.random()
        if len(submitted.ids) == _MANY_IDS or drawn < 0.05:
            self._cancel(client, submitted)
        elif drawn < 0.2:
            self._reprioritise(client, submitted, chance.choice(PRIORITIES))
        else:
            self._look(client, submitted)

    def _submit(self, client: Client, submitted: Submitted) -> None:
        content = {"ids": submitted.ids, "priority": submitted.priorities[0][2]}
        answer = self._ask(client, "POST", "/ingest", content, {"Idempotency-Key": submitted.key})
        if answer is not None and answer.code == 200:
            submitted.ingestion_id = answer.content["ingestion_id"]
            submitted.answered = time.monotonic_ns()
            asked, _, priority = submitted.priorities[0]
            submitted.priorities[0] = asked, submitted.answered, priority

    def _cancel(self, client: Client, submitted: Submitted) -> None:
        submitted.cancel_asked = submitted.cancel_asked or time.monotonic_ns()
        answer = self._ask(client, "DELETE", f"/ingestions/{submitted.ingestion_id}")
        if answer is not None and answer.code == 200:
            submitted.cancelled = submitted.cancelled or time.monotonic_ns()

    def _reprioritise(self, client: Client, submitted: Submitted, priority: str) -> None:
        asked = time.monotonic_ns()
        submitted.priorities.append((asked, None, priority))
        answer = self._ask(client, "PATCH", f"/ingestions/{submitted.ingestion_id}", {"priority": priority})
        if answer is not None and answer.code == 200:
            submitted.priorities[-1] = asked, time.monotonic_ns(), priority

    def _look(self, client: Client, submitted: Submitted) -> None:
        answer = self._ask(client, "GET", f"/status/{submitted.ingestion_id}")
        if answer is None or answer.code != 200:
            return
        now = time.monotonic_ns()
        completed = [batch["ids"] for batch in answer.content["batches"] if batch["status"] == "completed"]
        for record_id in chain.from_iterable(completed):
            self.notes.shown.setdefault(record_id, now)

    def _ask(
        self, client: Client, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None
    ) -> Answer | None:
        """Return the answer, None where there was none; refusals are noted."""
        body = None if content is None else json.dumps(content).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        try:
            answer = client.ask(method, path, body, sent)
        except GONE:
            time.sleep(0.05)
            return None
        if answer.code >= 500:
            self.notes.refusals.append((f"{method} {path}", answer))
        return answer
