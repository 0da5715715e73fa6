"""Clients that cancel, change priorities, pause and send everything again, and go on across restarts."""

import json
import random
import time
from collections.abc import Callable, Mapping
from threading import Thread

from tests.processes.arrival import Upstream
from tests.processes.changes import Cancel, Move, Pause
from tests.processes.client import GONE, NONE, Answer, Client
from tests.processes.load import PRIORITIES, Accepted, Load

_LATEST = 8


class MixedLoad(Load):
    """A load whose submissions have keys, and are sent until they are answered, some of them once more.

    Another thread changes what was accepted lately, and pauses the dispatcher now and then; it sends each change
    until it is answered.
    """

    def __init__(self, port: int, seed: int, upstream: Upstream, room: int) -> None:
        super().__init__(port, seed, upstream, room)
        self._threads.append(Thread(target=self._change_all, args=[port, random.Random(seed - 1)]))

    def _uncalled(self) -> set[int]:
        cancelled = {record_id for cancel in list(self.changes.cancels) for record_id in cancel.ids}
        return super()._uncalled() - cancelled

    def _submit(self, client: Client, ids: list[int], chance: random.Random) -> None:
        priority, sent = chance.choice(PRIORITIES), time.monotonic_ns()
        body = {"ids": ids, "priority": priority}
        key = {"Idempotency-Key": f"submission {ids[0]}"}
        answer = self._answer(client, "POST", "/ingest", body, key)
        if answer is None:
            self.unanswered += 1
            return
        ingestion_id = str(answer.content["ingestion_id"])
        self.accepted.append(Accepted(ingestion_id, tuple(ids), priority, sent, time.monotonic_ns()))
        if chance.random() < 0.5 and (again := self._answer(client, "POST", "/ingest", body, key)):
            self.changes.repeated.append((ingestion_id, str(again.content["ingestion_id"])))

    def _answer(
        self, client: Client, method: str, path: str, body: object = None, headers: Mapping[str, str] = NONE
    ) -> Answer | None:
        """Send a request until it is answered, and return the answer; None if the load is closed before."""
        content = None if body is None else json.dumps(body).encode()
        while not self._closing.is_set():
            try:
                answer = client.ask(method, path, content, headers)
            except GONE:
                self._closing.wait(0.03)
                continue
            # A service that is being stopped answers so.
            if answer.code != 503:
                assert answer.code in (200, 409), (method, path, answer)
                return answer
        return None

    def _change_all(self, port: int, chance: random.Random) -> None:
        kinds: list[Callable[[Client, random.Random], None]] = [self._cancel, self._move, self._pause]
        with Client(port) as client:
            while not self._closing.wait(chance.uniform(0, 0.15)):
                if self.accepted and not self._paused.is_set():
                    (change,) = chance.choices(kinds, [4, 8, 1])
                    change(client, chance)

    def _cancel(self, client: Client, chance: random.Random) -> None:
        accepted, sent = self._one(chance), time.monotonic_ns()
        answer = self._answer(client, "DELETE", f"/ingestions/{accepted.ingestion_id}")
        answered = time.monotonic_ns() if answer and answer.code == 200 else None
        self.changes.cancels.append(Cancel(accepted.ingestion_id, accepted.ids, sent, answered))

    def _move(self, client: Client, chance: random.Random) -> None:
        accepted, sent = self._one(chance), time.monotonic_ns()
        priority = chance.choice(PRIORITIES)
        answer = self._answer(client, "PATCH", f"/ingestions/{accepted.ingestion_id}", {"priority": priority})
        answered = time.monotonic_ns() if answer and answer.code == 200 else None
        self.changes.moves.append(Move(accepted.ids, PRIORITIES.index(priority), sent, answered))

    def _pause(self, client: Client, chance: random.Random) -> None:
        if self._answer(client, "POST", "/dispatcher/pause"):
            answered = time.monotonic_ns()
            self._closing.wait(chance.uniform(0.1, 0.6))
            self.changes.pauses.append(Pause(answered, time.monotonic_ns()))
            self._answer(client, "POST", "/dispatcher/resume")

    def _one(self, chance: random.Random) -> Accepted:
        return chance.choice(self.accepted[-_LATEST:])
