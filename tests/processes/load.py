"""Clients that submit and poll, and go on across restarts of the service."""

import random
import time
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from threading import Event

from tests.processes.arrival import Upstream
from tests.processes.changes import Changes
from tests.processes.client import GONE, Client
from tests.processes.threads import Threads

PRIORITIES = ("HIGH", "MEDIUM", "LOW")
_CLIENTS = 3


@dataclass(frozen=True)
class Accepted:
    """A submission that was answered with 200; when it was sent and answered, nanoseconds, monotonic."""

    ingestion_id: str
    ids: tuple[int, ...]
    priority: str
    sent: int
    answered: int


class Load(Threads):
    """Threads that submit ids, each id once in all, while fewer than `room` accepted ids are not called yet.

    Another thread polls: `reported` has the time at which an id was first reported in a completed batch. `changes`
    are those of the clients, none here.
    """

    def __init__(self, port: int, seed: int, upstream: Upstream, room: int) -> None:
        self.accepted: list[Accepted] = []
        self.unanswered = 0
        self.reported: dict[int, int] = {}
        self.changes = Changes()
        self._port = port
        self._upstream = upstream
        self._room = room
        self._ids = count(1)
        self._paused = Event()
        submitting = [partial(self._submit_all, random.Random(s)) for s in range(seed, seed + _CLIENTS)]
        super().__init__([*submitting, self._watch_all])

    def pause(self) -> None:
        """Submit nothing until `resume`."""
        self._paused.set()

    def resume(self) -> None:
        """Submit again."""
        self._paused.clear()

    @property
    def drained(self) -> bool:
        """True if everything that was accepted was called."""
        return not self._uncalled()

    @property
    def has_room(self) -> bool:
        """True if it would submit now."""
        return len(self._uncalled()) < self._room

    def _uncalled(self) -> set[int]:
        return {record_id for accepted in list(self.accepted) for record_id in accepted.ids} - self._upstream.seen

    def _submit_all(self, chance: random.Random) -> None:
        with Client(self._port) as client:
            while not self._closing.wait(chance.uniform(0, 0.1)):
                if self.has_room and not self._paused.is_set():
                    self._submit(client, [next(self._ids) for _ in range(chance.randint(1, 8))], chance)

    def _submit(self, client: Client, ids: list[int], chance: random.Random) -> None:
        priority, sent = chance.choice(PRIORITIES), time.monotonic_ns()
        try:
            ingestion_id = client.submit(ids, priority)
        except GONE:
            self.unanswered += 1
        else:
            self.accepted.append(Accepted(ingestion_id, tuple(ids), priority, sent, time.monotonic_ns()))

    def _watch_all(self) -> None:
        done: set[str] = set()
        with Client(self._port) as client:
            while not self._closing.wait(0.02):
                for accepted in [a for a in list(self.accepted) if a.ingestion_id not in done]:
                    if self._watch(client, accepted.ingestion_id):
                        done.add(accepted.ingestion_id)

    def _watch(self, client: Client, ingestion_id: str) -> bool:
        try:
            status = client.ask("GET", f"/status/{ingestion_id}").content
        except GONE:
            return False
        now = time.monotonic_ns()
        completed = [batch for batch in status.get("batches", []) if batch["status"] == "completed"]
        for record_id in chain.from_iterable(batch["ids"] for batch in completed):
            self.reported.setdefault(record_id, now)
        return bool(status.get("status") == "completed")
