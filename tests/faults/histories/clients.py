"""Clients that ask at the same time, of the same ingestions, and write down every operation."""

import json
import time
from collections.abc import Sequence
from itertools import count
from random import Random
from threading import Lock
from typing import Self
from uuid import UUID

from ingest_service.domain.model import Status
from ingest_service.errors import NOT_CERTAIN
from tests.faults.histories.history import NEVER, History, Kind, Operation
from tests.processes.client import GONE, NONE, Answer, Client
from tests.processes.load import PRIORITIES
from tests.processes.threads import Threads
from tests.processes.waiting import PATIENCE_SECONDS

CLIENTS = 16
# One ingestion of this many is cancelled.
_CANCELLED_ONE_OF = 6
# Ingestions that are not over: enough for full slots, and few enough for each to be asked for often.
_ROOM = 12
_BETWEEN_TRIES = 0.05


class Clients(Threads):
    """Threads of clients, until `operations` have been written down. Each id is submitted once."""

    def __init__(self, ports: Sequence[int], seed: int, operations: int) -> None:
        self.history = History()
        self._operations = operations
        self._ids = count(1)
        self._lock = Lock()
        # The ids of the ingestions that were accepted, by their names; of those that are not over, and of all.
        self._going_on: dict[int, str] = {}
        self._accepted: dict[int, str] = {}
        self._cancelled = 0
        self._clients = [_Client(self, ports, Random(f"{seed}/{number}")) for number in range(CLIENTS)]
        super().__init__([client.run for client in self._clients])

    def close(self) -> None:
        """Ask nothing more. Blocks until the last operation has ended."""
        self._operations = 0
        super().close()

    @property
    def are_done(self) -> bool:
        """True once there are as many operations as wanted."""
        return len(self.history.operations) >= self._operations

    @property
    def has_room(self) -> bool:
        """True if another submission is wanted."""
        return len(self._going_on) < _ROOM

    def take_cancellation(self) -> bool:
        """Return True if another ingestion is to be cancelled; it counts as cancelled then."""
        with self._lock:
            is_wanted = self._cancelled * _CANCELLED_ONE_OF < len(self._accepted)
            self._cancelled += is_wanted
            return is_wanted

    def finish(self) -> None:
        """Read every ingestion until it is over. For after the last fault, when no thread runs any more."""
        with self._clients[0] as reader:
            self._read_all(reader)

    def _read_all(self, reader: "_Client") -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._going_on and time.monotonic() < deadline:
            for name, ingestion_id in list(self._going_on.items()):
                reader.read(name, ingestion_id)
            time.sleep(_BETWEEN_TRIES)
        for name, ingestion_id in self._accepted.items():
            reader.read(name, ingestion_id)

    def next_ids(self, size: int) -> tuple[int, ...]:
        """Return ids that were never submitted."""
        with self._lock:
            return tuple(next(self._ids) for _ in range(size))

    def one_to_ask_for(self, chance: Random) -> tuple[int, str] | None:
        """Return an ingestion, mostly one that is not over; None if there is none."""
        with self._lock:
            known = self._going_on if self._going_on and chance.random() < 0.9 else self._accepted
            return chance.choice(list(known.items())) if known else None

    def note_accepted(self, name: int, ingestion_id: str) -> None:
        """Let everyone ask for an ingestion."""
        with self._lock:
            self._accepted[name] = self._going_on[name] = ingestion_id

    def note_over(self, name: int) -> None:
        """Let an ingestion be asked for less often."""
        with self._lock:
            self._going_on.pop(name, None)


class _Client:
    """One client, with a connection to each process; it asks any of them."""

    def __init__(self, all_clients: Clients, ports: Sequence[int], chance: Random) -> None:
        self._all = all_clients
        self._history = all_clients.history
        self._chance = chance
        self._connections = [Client(port) for port in ports]
        # Its submission that was not accepted yet, and may have been.
        self._pending: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()

    def run(self) -> None:
        """Ask one thing after the other until there are enough operations."""
        with self:
            while not self._all.are_done:
                if not self._act():
                    time.sleep(_BETWEEN_TRIES)

    def read(self, name: int, ingestion_id: str) -> bool:
        """Read the status of an ingestion; return whether it was answered."""
        begin, answer = self._ask("GET", f"/status/{ingestion_id}")
        if begin is None or answer is None or answer.code >= 500:
            return False
        batches = tuple(Status(batch["status"]) for batch in answer.content.get("batches", []))
        self._add(Operation(Kind.STATUS, name, begin, time.monotonic_ns(), answer.code, batches))
        if answer.content.get("status") in ("completed", "cancelled"):
            self._all.note_over(name)
        return True

    def _act(self) -> bool:
        """Ask one thing; return whether it was answered."""
        drawn = self._chance.random()
        if self._pending is not None:
            return self._submit(self._pending)
        if drawn < 0.15 and self._all.has_room:
            return self._submit(self._history.name(self._all.next_ids(self._chance.randint(1, 9))))
        chosen = self._all.one_to_ask_for(self._chance)
        if chosen is None:
            return False
        if drawn < 0.9:
            return self.read(*chosen)
        is_cancelled = drawn > 0.98 and self._all.take_cancellation()
        return self._cancel(*chosen) if is_cancelled else self._reprioritise(*chosen)

    def _submit(self, name: int) -> bool:
        """Submit ids, with the key of their submission."""
        body = {"ids": self._history.ids[name], "priority": PRIORITIES[name % len(PRIORITIES)]}
        begin, answer = self._ask("POST", "/ingest", body, {"Idempotency-Key": str(UUID(int=name))})
        if begin is None:
            return False
        code = _code(answer)
        if answer is not None and answer.code >= 500 and NOT_CERTAIN not in json.dumps(answer.content):
            code = answer.code
        ingestion_id = answer.content["ingestion_id"] if answer is not None and code == 200 else ""
        self._add(Operation(Kind.SUBMIT, name, begin, _end(code), code, ingestion_id=ingestion_id))
        self._pending = None if code == 200 else name
        if code == 200:
            self._all.note_accepted(name, ingestion_id)
        return code == 200

    def _cancel(self, name: int, ingestion_id: str) -> bool:
        return self._change(Kind.CANCEL, name, "DELETE", ingestion_id, None)

    def _reprioritise(self, name: int, ingestion_id: str) -> bool:
        wanted = {"priority": self._chance.choice(PRIORITIES)}
        return self._change(Kind.REPRIORITISE, name, "PATCH", ingestion_id, wanted)

    def _change(self, kind: Kind, name: int, method: str, ingestion_id: str, body: object) -> bool:
        begin, answer = self._ask(method, f"/ingestions/{ingestion_id}", body)
        if begin is None:
            return False
        code = _code(answer)
        self._add(Operation(kind, name, begin, _end(code), code))
        return code is not None

    def _ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Answer | None] | tuple[None, None]:
        """Return when it was asked for, and the answer if there is one; nothing where no process listens."""
        content = None if body is None else json.dumps(body).encode()
        connection = self._chance.choice(self._connections)
        begin = time.monotonic_ns()
        try:
            return begin, connection.ask(method, path, content, headers or NONE)
        except ConnectionRefusedError:
            return None, None
        except GONE:
            return begin, None

    def _add(self, operation: Operation) -> None:
        self._history.add(operation)


def _code(answer: Answer | None) -> int | None:
    """Return the code of an answer, None where it is not known whether what was asked was done."""
    return None if answer is None or answer.code >= 500 else answer.code


def _end(code: int | None) -> int:
    return NEVER if code is None else time.monotonic_ns()
