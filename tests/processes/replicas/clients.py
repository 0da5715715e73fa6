"""Clients of the replicas: each request goes to any of them, and to another one where it is not answered."""

import json
import random
import time
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain, count
from typing import Self
from uuid import UUID

from tests.processes.client import GONE, NONE, Answer, Client
from tests.processes.load import PRIORITIES, Accepted
from tests.processes.replicas.spans import Span
from tests.processes.replicas.witness import Witness
from tests.processes.threads import Threads
from tests.processes.waiting import PATIENCE_SECONDS

_CLIENTS = 4
_BETWEEN_TRIES = 0.05


class AnyReplica:
    """Connections to all replicas, for one thread. `unanswered` counts the requests that were sent again."""

    def __init__(self, ports: Sequence[int], chance: random.Random) -> None:
        self.unanswered = 0
        self._clients = [Client(port) for port in ports]
        self._chance = chance

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] = NONE) -> Answer:
        """Ask one replica after the other until one answers that it has done what was asked, or why not.

        Raises AssertionError if none does within PATIENCE_SECONDS.
        """
        content = None if body is None else json.dumps(body).encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._chance.choice(self._clients).ask(method, path, content, headers)
            except GONE:
                pass
            else:
                if answer.code < 500:
                    return answer
            assert time.monotonic() < deadline, f"no replica answers {method} {path}"
            self.unanswered += 1
            time.sleep(_BETWEEN_TRIES)


class Clients(Threads):
    """Threads that submit ids, each id once in all, while fewer than `room` of them wait; some are cancelled.

    Another thread polls: `reported` has the time at which an id was first reported in a completed batch. An
    operator pauses now and then: `pauses` last from the request for a pause to the answer to the resume, `paused`
    from the answer to the request.
    """

    def __init__(self, ports: Sequence[int], seed: int, witness: Witness, room: int) -> None:
        self.accepted: list[Accepted] = []
        self.cancelled: set[str] = set()
        self.reported: dict[int, int] = {}
        self.pauses: list[Span] = []
        self.paused: list[Span] = []
        self.unanswered = 0
        self._ports = ports
        self._witness = witness
        self._room = room
        self._ids = count(1)
        acts = enumerate([*_CLIENTS * [self._submit_all], self._operate, self._watch_all])
        super().__init__([partial(act, random.Random(f"{seed}/{number}")) for number, act in acts])

    def _has_room(self) -> bool:
        ours = [one for one in list(self.accepted) if one.ingestion_id not in self.cancelled]
        return len({i for one in ours for i in one.ids} - self._witness.seen) < self._room

    def _submit_all(self, chance: random.Random) -> None:
        own: list[Accepted] = []
        with AnyReplica(self._ports, chance) as replicas:
            while not self._closing.wait(chance.uniform(0, 0.2)):
                if self._has_room():
                    own.append(self._submit(replicas, chance))
                if own and chance.random() < 0.15:
                    self._change(replicas, chance.choice(own[-5:]).ingestion_id, chance)
            self.unanswered += replicas.unanswered

    def _submit(self, replicas: AnyReplica, chance: random.Random) -> Accepted:
        ids = [next(self._ids) for _ in range(chance.randint(1, 8))]
        priority, key, sent = chance.choice(PRIORITIES), UUID(int=chance.getrandbits(128)), time.monotonic_ns()
        body = {"ids": ids, "priority": priority}
        answer = replicas.ask("POST", "/ingest", body, {"Idempotency-Key": str(key)})
        assert answer.code == 200, answer
        accepted = Accepted(answer.content["ingestion_id"], tuple(ids), priority, sent, time.monotonic_ns())
        self.accepted.append(accepted)
        return accepted

    def _change(self, replicas: AnyReplica, ingestion_id: str, chance: random.Random) -> None:
        """Cancel an ingestion, or give it another priority; it may be too late for either."""
        path = f"/ingestions/{ingestion_id}"
        if chance.random() < 0.7:
            answer = replicas.ask("PATCH", path, {"priority": chance.choice(PRIORITIES)})
        else:
            answer = replicas.ask("DELETE", path)
            self.cancelled.add(ingestion_id)
        assert answer.code in (200, 409), answer

    def _operate(self, chance: random.Random) -> None:
        with AnyReplica(self._ports, chance) as replicas:
            while not self._closing.wait(chance.uniform(10, 20)):
                asked = time.monotonic_ns()
                replicas.ask("POST", "/dispatcher/pause")
                paused = time.monotonic_ns()
                time.sleep(chance.uniform(0.5, 1))
                self.paused.append((paused, time.monotonic_ns()))
                replicas.ask("POST", "/dispatcher/resume")
                self.pauses.append((asked, time.monotonic_ns()))

    def _watch_all(self, chance: random.Random) -> None:
        done: set[str] = set()
        with AnyReplica(self._ports, chance) as replicas:
            while not self._closing.wait(0.05):
                for one in [one for one in list(self.accepted) if one.ingestion_id not in done]:
                    if self._closing.wait(0.02) or self._watch(replicas, one.ingestion_id):
                        done.add(one.ingestion_id)

    def _watch(self, replicas: AnyReplica, ingestion_id: str) -> bool:
        status = replicas.ask("GET", f"/status/{ingestion_id}").content
        now = time.monotonic_ns()
        completed = [batch for batch in status["batches"] if batch["status"] == "completed"]
        for record_id in chain.from_iterable(batch["ids"] for batch in completed):
            self.reported.setdefault(record_id, now)
        return status["status"] in ("completed", "cancelled")
