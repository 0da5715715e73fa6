"""The processes of one service: one over SQLite, or replicas over PostgreSQL."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Self

from tests.processes.client import GONE, Client
from tests.processes.running import WSGI, Running
from tests.processes.waiting import eventually


class Processes:
    """Runs a process for each environment, and logs into the folder; none outlives the block."""

    def __init__(self, environs: Sequence[Mapping[str, str]], folder: Path) -> None:
        self.ports = [int(environ["INGEST_PORT"]) for environ in environs]
        self._environs = environs
        self._folder = folder
        self._running: list[Running] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for number in range(len(self._environs)):
                self._running.append(self._start(number))
                stack.callback(self._end, number)
            for running in self._running:
                running.until_healthy()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill_one(self, chance: Random) -> int:
        """Kill a process, start it again, and return when it was dead. Blocks until it serves again."""
        number = chance.randrange(len(self._running))
        self._running[number].kill()
        # The kernel stamped everything that it had sent before it was dead.
        dead = time.monotonic_ns()
        self._running[number] = self._start(number)
        self._running[number].until_healthy()
        return dead

    def steer(self, action: str) -> None:
        """Pause or resume; blocks until that is done."""
        with Client(self.ports[0]) as client:
            eventually(lambda: _is_done(client, action))

    def _start(self, number: int) -> Running:
        return Running(WSGI, self._environs[number], self._folder / f"{number}.log")

    def _end(self, number: int) -> None:
        self._running[number].kill()


def _is_done(client: Client, action: str) -> bool:
    try:
        return client.ask("POST", f"/dispatcher/{action}").code == 200
    except GONE:
        return False
