"""File descriptors, threads and memory run out and come back: the service goes on, or ends with a sentence."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest_service.loop import EXIT_STATUS
from ingest_service.upstreams.fake import FakeUpstream
from tests.faults.keeper import Keeper
from tests.faults.shortage import Shortage, few_files, little_memory
from tests.processes.client import GONE, Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import comes_true, eventually

pytestmark = pytest.mark.slow

INTERVAL_SECONDS = 0.1
# The most for a service that goes on: a thread that failed tries again after a second.
BACK_SECONDS = 20.0
MEGABYTE = 1_000_000
SIGABRT = 6
ABORTED = re.compile(r"memory allocation of \d+ bytes failed|Fatal Python error|MemoryError")

Fault = Callable[[int], AbstractContextManager[None]]


@dataclass
class Tried:
    """A service whose resources run out again and again under load. `ended` has the exits by their last words."""

    environ: dict[str, str]
    log: Path
    ended: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.port = int(self.environ["INGEST_PORT"])
        self.upstream = FakeUpstream(3, INTERVAL_SECONDS)
        self.keeper = Keeper(self.port, lambda: {one.record_id for one in self.upstream.arrivals})
        self.running: Running

    def run(self, fault: Fault, rounds: int, chance: random.Random) -> None:
        """Let something run out for a while in each round, and require that the service is back, or has ended."""
        with ExitStack() as stack:
            stack.enter_context(self.upstream)
            self.environ["INGEST_UPSTREAM_URL"] = self.upstream.url
            stack.callback(lambda: self.running.kill())
            self._start()
            with self.keeper:
                for _ in range(rounds):
                    with fault(self.running.pid):
                        time.sleep(chance.uniform(0.2, 1.5))
                    self._require_back()
            self._require_all_kept()

    def _start(self) -> None:
        self.running = Running(WSGI, self.environ, self.log).until_healthy()

    def _require_back(self) -> None:
        accepted, called = len(self.keeper.accepted), len(self.upstream.arrivals)

        def is_back() -> bool:
            ready = len(self.keeper.accepted) > accepted and len(self.upstream.arrivals) > called
            return self.running.has_ended or (ready and self._is_ready())

        assert comes_true(is_back, BACK_SECONDS), f"half dead: {self.running.printed[-3000:]}"
        if self.running.has_ended:
            self._note_end()
            self._start()

    def _note_end(self) -> None:
        code, last = self.running.exit_code(), self.running.printed[-2000:]
        if code == EXIT_STATUS:
            (sentence,) = re.findall(r"ingest_service: (.*); the process ends", last)[-1:]
            self.ended[re.sub(r"'.*?'", "…", sentence)] += 1
        else:
            # Neither Python nor its libraries can always go on without memory.
            assert code == -SIGABRT, f"{code}: {last}"
            assert ABORTED.search(last), last
            self.ended["aborted"] += 1

    def _is_ready(self) -> bool:
        try:
            with Client(self.port) as client:
                return client.ask("GET", "/ready").code == 200
        except GONE:
            return False

    def _require_all_kept(self) -> None:
        eventually(lambda: self.keeper.uncalled() == set())
        with Client(self.port) as client:
            eventually(lambda: all(client.completed(ingestion_id) for ingestion_id in self.keeper.accepted))
        assert self.upstream.refused == 0
        assert self.running.stop() == 0

    def __str__(self) -> str:
        ended = f"; {self.ended.total()} times it ended and said so" if self.ended else ""
        return f"{len(self.keeper.accepted)} accepted, 0 lost, {self.upstream.refused} calls too early{ended}"


@pytest.fixture
def chance() -> random.Random:
    return random.Random(1)


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    environ = settings(
        tmp_path,
        INGEST_INTERVAL_SECONDS=str(INTERVAL_SECONDS),
        INGEST_LINGER_SECONDS="0.01",
        # A call without a descriptor is an attempt: a short backoff must not use all of them up.
        INGEST_BACKOFF_SECONDS="1",
        INGEST_MAX_ATTEMPTS="20",
    )
    return Tried(environ, tmp_path / "log")


@pytest.fixture
def shortage(tmp_path: Path, tried: Tried) -> Shortage:
    shortage = Shortage(tmp_path)
    tried.environ |= shortage.environ
    return shortage


@pytest.fixture
def report(
    tried: Tried, figure: Callable[[str, str, str], None], say: Callable[[str], None]
) -> Callable[[str, int], None]:
    def add(fault: str, rounds: int) -> None:
        say(f"{fault}, {rounds} times: {tried} {dict(tried.ended)} {dict(tried.keeper.refused)}")
        figure(fault, f"{rounds} times for 0.2 to 1.5 s, under load", str(tried))

    return add


Report = Callable[[str, int], None]
Scale = Callable[[int, int], int]


def test_a_service_without_file_descriptors_goes_on_when_there_are_some(
    tried: Tried, chance: random.Random, scale: Scale, report: Report
) -> None:
    tried.run(lambda pid: few_files(pid, chance.choice([0, 1, 2, 4, 8])), rounds := scale(2, 200), chance)
    report("no file descriptors", rounds)
    assert not tried.ended


def test_a_service_without_threads_goes_on_when_there_are_some(
    tried: Tried, shortage: Shortage, chance: random.Random, scale: Scale, report: Report
) -> None:
    tried.run(lambda _: shortage.of_threads(), rounds := scale(1, 200), chance)
    report("no threads", rounds)
    assert not tried.ended


def test_a_service_that_may_take_no_more_memory_goes_on_or_ends(
    tried: Tried, chance: random.Random, scale: Scale, report: Report
) -> None:
    def fault(pid: int) -> AbstractContextManager[None]:
        return little_memory(pid, chance.choice([0, 1, 10]) * MEGABYTE)

    tried.run(fault, rounds := scale(1, 200), chance)
    report("no memory beyond what it has", rounds)


def test_a_service_whose_allocations_fail_at_random_goes_on_or_ends(
    tried: Tried, shortage: Shortage, chance: random.Random, scale: Scale, report: Report
) -> None:
    def fault(_: int) -> AbstractContextManager[None]:
        return shortage.of_memory(chance.choice([1, 10, 100]) * 3_000)

    tried.run(fault, rounds := scale(2, 500), chance)
    report("allocations that fail at random", rounds)


def test_a_start_without_threads_is_one_sentence(tried: Tried, shortage: Shortage) -> None:
    with shortage.of_threads():
        running = Running(WSGI, tried.environ, tried.log)
        assert running.exit_code() == 1
    assert running.printed == "ingest_service: cannot start: can't start new thread\n"
