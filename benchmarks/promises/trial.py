"""A trial: lists of ids come at random moments, and the worker is killed at random moments, or never."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from threading import Event, Thread

from benchmarks.measure import here
from benchmarks.promises.processes import Client, Worker
from benchmarks.promises.stores import Store
from benchmarks.promises.verdict import Verdict, answers_of, judge
from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake import FakeUpstream, ok, slow

LIMIT = 3
INTERVAL = 2
KILLS = 20
QUIET_SECONDS = 30
CALL_SECONDS = 0.1
# Five sixths of the limit: a backlog grows and goes, and a list may come when there is room for a part of it.
LONGEST_LIST = 4
LONGEST_PAUSE = 4.0
MOST_WAITING = 15
# A worker is killed up to so long after its first call.
LONGEST_LIFE = 1.5
# Longer than it takes any of the queues to find the work of a killed worker: 15 s at most.
PATIENCE = 20
SEED = 17


class Trial:
    """One driver over one store, with an upstream that lets everything through and writes it down."""

    def __init__(
        self, command: Sequence[str], environ: dict[str, str], folder: Path, upstream: FakeUpstream
    ) -> None:
        settings = {"LIMIT": str(LIMIT), "INTERVAL": str(INTERVAL), "UPSTREAM": upstream.url}
        everything = os.environ | environ | settings
        self._upstream = upstream
        self._worker = Worker(command, everything, folder / "log")
        self._client = Client(command, everything)

    def run(self, kills: int) -> Verdict:
        """Submit while the worker is killed so often, or for a while; wait for what comes of it, and judge."""
        with self._client, self._worker:
            with self._submitting():
                if kills:
                    self._kill(kills)
                else:
                    time.sleep(QUIET_SECONDS)
            self._client.finish()
            self._settle()
        return judge(self._upstream.arrivals, self._client.accepted, LIMIT, INTERVAL * NANOSECONDS)

    @contextmanager
    def _submitting(self) -> Iterator[None]:
        stopped = Event()
        thread = Thread(target=self._submit_until, args=[stopped], daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def _submit_until(self, stopped: Event) -> None:
        # The same lists and pauses for every queue.
        lists, ids = random.Random(SEED), count(1)
        while not stopped.wait(lists.uniform(0, LONGEST_PAUSE)):
            size = lists.randint(1, LONGEST_LIST)
            if self._waiting() < MOST_WAITING:
                self._client.send(list(islice(ids, size)))

    def _kill(self, times: int) -> None:
        lives = random.Random(SEED)
        for _ in range(times):
            self._await_call()
            time.sleep(lives.uniform(0, LONGEST_LIFE))
            self._worker.kill()
            self._worker.start()

    def _await_call(self) -> None:
        """Wait for the next call, or for what is left of the patience if none comes."""
        before, deadline = len(self._upstream.arrivals), time.monotonic() + PATIENCE
        while len(self._upstream.arrivals) == before and time.monotonic() < deadline:
            time.sleep(0.01)

    def _settle(self) -> None:
        """Wait until nothing waits, or nothing has come for so long that nothing will."""
        calls, since = 0, time.monotonic()
        while self._waiting() and time.monotonic() - since < PATIENCE:
            if len(self._upstream.arrivals) > calls:
                calls, since = len(self._upstream.arrivals), time.monotonic()
            time.sleep(0.05)

    def _waiting(self) -> int:
        return len(set(self._client.accepted) - answers_of(self._upstream.arrivals).keys())


def run(command: Sequence[str], store: Store, kills: int) -> Verdict:
    """Run a trial over a new store."""
    with here() as name:
        folder = Path(name).resolve()
        upstream = FakeUpstream(rate=1_000_000, window=1, behaviour=slow(CALL_SECONDS, ok()))
        with store(folder) as environ, upstream:
            return Trial(command, environ, folder, upstream).run(kills)
