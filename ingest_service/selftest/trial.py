"""A service of the self-test: a child process over a database of its own, before a fake upstream in this one."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Self

from ingest_service.clock import NANOSECONDS, SystemClock
from ingest_service.environment import PLATFORM_PORT, PREFIX
from ingest_service.selftest.client import Client
from ingest_service.selftest.errors import SelftestFailed
from ingest_service.upstreams.fake import Arrival, FakeUpstream, slow
from ingest_service.upstreams.fake.arrivals import most_in_a_span

SLOT_SIZE = 3
HOST = "127.0.0.1"
# Seconds: only a service that is broken takes so long.
PATIENCE = 30.0
_POLL = 0.02


class Trial:
    """As a context manager: an upstream, and no process that outlives the block. For one thread.

    `interval` and `latency`, that of the upstream, are in seconds. The notes of what was accepted are those of the
    client, in the order of acceptance.
    """

    def __init__(self, folder: Path, interval: float, latency: float = 0) -> None:
        folder.mkdir()
        self.interval = interval
        self.upstream = FakeUpstream(SLOT_SIZE, interval, slow(latency))
        self.accepted: dict[str, tuple[int, ...]] = {}
        self._folder = folder
        self._port = _free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self.client = Client(self._port)

    def __enter__(self) -> Self:
        self.upstream.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.upstream.stop()

    @property
    def pid(self) -> int:
        """Number of the process."""
        assert self._child is not None, "it was not started"
        return self._child.pid

    @property
    def arrivals(self) -> list[Arrival]:
        """The calls that the upstream saw so far, in the order of arrival."""
        return sorted(self.upstream.arrivals, key=lambda arrival: arrival.started_ns)

    @property
    def most_in_an_interval(self) -> int:
        """Most calls that the upstream saw in any interval."""
        return most_in_a_span([arrival.started_ns for arrival in self.arrivals], self.interval_ns)

    @property
    def interval_ns(self) -> int:
        """The interval in nanoseconds."""
        return round(self.interval * NANOSECONDS)

    def start(self, wall_shift: float = 0) -> None:
        """Start the service, with a wall clock that is `wall_shift` seconds ahead, and block until it is ready."""
        command = [sys.executable, "-m", "ingest_service.selftest.child", str(wall_shift)]
        with (self._folder / "service.log").open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 - this program itself
                command, env=self._environ(), cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        if not comes_true(lambda: self._has_ended() or self.client.is_ready()) or self._has_ended():
            raise SelftestFailed(f"the service did not start: {self._last_line()}")

    def stop(self) -> None:
        """End the service as a supervisor does."""
        assert self._child is not None, "it was not started"
        self._child.send_signal(signal.SIGTERM)
        try:
            code = self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise SelftestFailed("the service did not end when it was asked to") from error
        if code != 0:
            raise SelftestFailed(f"the service ended with the exit code {code}: {self._last_line()}")

    def kill(self) -> None:
        """End the service with SIGKILL, unless it has ended."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def submit(self, ids: range, priority: str) -> bool:
        """Submit ids and note them if they were accepted; return whether they were."""
        ingestion_id = self.client.submit(ids, priority)
        if ingestion_id is not None:
            self.accepted[ingestion_id] = tuple(ids)
        return ingestion_id is not None

    def until_done(self, seconds: float = PATIENCE) -> bool:
        """Block until all that was accepted is completed, at most this time; return whether it is."""
        return comes_true(lambda: all(map(self.client.is_completed, self.accepted)), seconds)

    def lost(self) -> list[int]:
        """Return the accepted ids that the upstream never saw."""
        seen = {arrival.record_id for arrival in self.upstream.arrivals}
        return [record_id for ids in self.accepted.values() for record_id in ids if record_id not in seen]

    def _environ(self) -> Mapping[str, str]:
        """Return the environment of this process, with settings of the self-test only."""
        others = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
        others.pop(PLATFORM_PORT, None)
        return {
            **others,
            "INGEST_HOST": HOST,
            "INGEST_PORT": str(self._port),
            "INGEST_DATABASE_URL": f"sqlite:///{(self._folder / 'ingest.db').absolute()}",
            "INGEST_UPSTREAM_URL": self.upstream.url,
            "INGEST_INTERVAL_SECONDS": str(self.interval),
            "INGEST_LINGER_SECONDS": "0",
        }

    def _has_ended(self) -> bool:
        return self._child is not None and self._child.poll() is not None

    def _last_line(self) -> str:
        lines = (self._folder / "service.log").read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


def comes_true(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Block until the condition holds, for at most this time; return whether it does."""
    clock = SystemClock()
    until = clock.now() + round(seconds * NANOSECONDS)
    while not (true := condition()) and clock.now() < until:
        rest(_POLL)
    return true


def rest(seconds: float) -> None:
    """Block for this time."""
    Event().wait(seconds)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as bound:
        return int(bound.getsockname()[1])
