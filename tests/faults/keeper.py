"""Clients that submit all the time, and note what was accepted."""

import json
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from itertools import count

from tests.processes.client import GONE, HOST
from tests.processes.load import PRIORITIES
from tests.processes.threads import Threads

CLIENTS = 4
TIMEOUT_SECONDS = 10.0


class Keeper(Threads):
    """Threads that submit ids, each id once in all, while fewer than `room` accepted ids are not called yet.

    `accepted` has the ids of each ingestion that was answered with 200; `refused` counts all else: the other
    statuses, and the errors of requests without an answer. Each request has a connection of its own.
    """

    def __init__(self, port: int, called: Callable[[], set[int]], room: int = 30) -> None:
        self.accepted: dict[str, list[int]] = {}
        self.refused: Counter[str] = Counter()
        self._port = port
        self._called = called
        self._room = room
        self._ids = count(1)
        super().__init__([partial(self._run, random.Random(n)) for n in range(CLIENTS)])

    def uncalled(self) -> set[int]:
        """Return the accepted ids that the upstream has not seen."""
        return {record_id for ids in list(self.accepted.values()) for record_id in ids} - self._called()

    def _run(self, chance: random.Random) -> None:
        while not self._closing.wait(chance.uniform(0, 0.1)):
            if len(self.uncalled()) < self._room:
                self._submit([next(self._ids) for _ in range(chance.randint(1, 5))], chance.choice(PRIORITIES))

    def _submit(self, ids: list[int], priority: str) -> None:
        connection = HTTPConnection(HOST, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", "/ingest", json.dumps({"ids": ids, "priority": priority}))
            answer = connection.getresponse()
            content = answer.read()
        except GONE as error:
            self.refused[type(error).__name__] += 1
        else:
            if answer.status == 200:
                self.accepted[json.loads(content)["ingestion_id"]] = ids
            else:
                self.refused[str(answer.status)] += 1
        finally:
            connection.close()
