"""One of the replicas of a chaos run, and the proxy through which it reaches the database."""

import signal
import sys
import time
from pathlib import Path
from typing import Self

from benchmarks.ports import HOST, free_port
from tests.postgres.server import USER
from tests.processes.client import Client
from tests.processes.replicas.looks import LOOKS
from tests.processes.replicas.times import GUARD, INTERVAL, TIMEOUT, seconds
from tests.processes.replicas.traps import Trap
from tests.processes.replicas.witness import headers
from tests.processes.running import Running, settings
from tests.processes.waiting import comes_true, eventually

_SERVED = (sys.executable, "-m", "tests.processes.replicas.served")
_PROXY = (sys.executable, "-m", "tests.processes.replicas.proxy")
# After a fault it has seen the last slot again, and waited for it, within this time.
_SETTLES_SECONDS = 1.2
_TRAP_SECONDS = 5

MAX_ATTEMPTS = 6


class Member:
    """A replica that is struck by faults. `is_settled` belongs to any thread, the rest to one at a time."""

    def __init__(self, name: str, directory: Path, database_port: int, upstream_url: str) -> None:
        self.name = name
        self.port = free_port()
        proxy_port = free_port()
        self.looks = directory / f"{name}.looks"
        self._log = directory / f"{name}.log"
        self._environ = settings(
            directory,
            INGEST_PORT=str(self.port),
            INGEST_DATABASE_URL=f"postgresql://{USER}@{HOST}:{proxy_port}/{USER}",
            INGEST_REPLICA_NAME=name,
            INGEST_UPSTREAM_URL=upstream_url,
            INGEST_UPSTREAM_HEADERS=headers(name),
            INGEST_UPSTREAM_TIMEOUT_SECONDS=seconds(TIMEOUT),
            INGEST_INTERVAL_SECONDS=seconds(INTERVAL),
            INGEST_GUARD_SECONDS=seconds(GUARD),
            INGEST_LINGER_SECONDS="0.02",
            INGEST_BACKOFF_SECONDS="0.05",
            INGEST_MAX_ATTEMPTS=str(MAX_ATTEMPTS),
            **{LOOKS: str(self.looks)},
        )
        command = (*_PROXY, str(proxy_port), str(database_port))
        self.proxy = Running(command, {"INGEST_PORT": str(proxy_port)}, directory / f"{name}-proxy.log")
        self.replica = self._start()
        self._calm_since = time.monotonic()
        self._is_struck = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.replica.kill()
        self.proxy.kill()

    @property
    def is_settled(self) -> bool:
        """True if no fault strikes it, and it opens slots again after the last one."""
        return not self._is_struck and time.monotonic() - self._calm_since > _SETTLES_SECONDS

    def strike(self) -> None:
        """Note that a fault strikes it."""
        self._is_struck = True

    def recover(self) -> None:
        """Let it run, whatever has struck it; blocks until it serves."""
        self.proxy.send(signal.SIGCONT)
        self.replica.send(signal.SIGCONT)
        with Client(self.port) as client:
            eventually(lambda: self._restarted() and client.healthy())
        self._calm_since = time.monotonic()
        self._is_struck = False

    def step_on(self, trap: Trap) -> bool:
        """Block until it has stopped at the trap; False if it does not come there."""
        self.replica.send(trap.value)
        return comes_true(lambda: self.replica.is_stopped, _TRAP_SECONDS)

    def start(self) -> None:
        """Start it again, after it was killed."""
        self.replica = self._start()

    def _start(self) -> Running:
        return Running(_SERVED, self._environ, self._log)

    def _restarted(self) -> bool:
        """Start it if it has ended, as its supervisor would: it does not start without a database."""
        if self.replica.has_ended:
            self.start()
        return True
