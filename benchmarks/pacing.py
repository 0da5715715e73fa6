"""The lateness of slots, idle and while 64 connections ask all that they can.

The whole service runs in this process with slots 60 ms apart, without a guard, and the load comes from another
process. The upstream judges: the fetcher stamps every arrival. A slot is due an interval after the last arrival of
the one before it; its lateness is the time from then to its first arrival, and holds the commit that must be
durable before the first call. Idle it is compared with a bare thread on absolute deadlines that makes a durable
commit of one row before each stamp, and under load with the switch interval of the interpreter: another thread may
keep it for so long. Read: the count of spans of four arrivals below the interval must be 0 always; lateness moves
the following slots, so it costs throughput, never the law.
"""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from benchmarks.figure import Figure, show
from benchmarks.load import latencies, request
from benchmarks.measure import here, medians, percentile
from benchmarks.stamped import Stamps, served
from ingest_service.clock import NANOSECONDS
from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from ingest_service.process import look_for_cycles_rarely

INTERVAL = 60_000_000
SLOTS = 150  # in each window, unless they are late
# Of the idle service and of the bare threads, in turn: each is disturbed by what else the machine does.
ROUNDS = 3
LOADED = 64  # connections
# The default of Python, in milliseconds.
SWITCH_INTERVAL = 5
AIM = 2
NOTE = (
    "of a millisecond, the bare thread too takes 0.3 to wake; choosing the ids takes 0.2, the other statements "
    "and the look at the files 0.25 more, and waking the threads of the other calls 0.1"
)

SUBMISSION = b'{"ids": [1, 2, 3, 4, 5, 6, 7], "priority": "LOW"}'


@dataclass(frozen=True)
class Window:
    """Slots that were watched for a while: all arrivals in order, and the number of answered requests."""

    arrivals: list[int]
    answers: int

    def late(self, percent: int = 99) -> float:
        """Return a percentile of the lateness, in milliseconds."""
        return percentile(lateness(self.arrivals), percent)

    @property
    def shortest(self) -> float:
        """The shortest time from an arrival to the third one behind it, in intervals."""
        later = self.arrivals[3:]
        return min((fourth - first) / INTERVAL for first, fourth in zip(self.arrivals, later, strict=False))


def lateness(arrivals: list[int], interval: int = INTERVAL) -> list[float]:
    """Return the time from when a slot was due to its first call, for each slot of 3, in milliseconds."""
    last, first = arrivals[2::3], arrivals[3::3]
    return [(after - before - interval) / 1e6 for before, after in zip(last, first, strict=False)]


def settings(path: Path) -> Settings:
    """Return the settings of a service without a guard whose slots are an interval apart."""
    return Settings.from_environ(
        {
            "INGEST_DATABASE_URL": f"sqlite:///{path}",
            "INGEST_INTERVAL_SECONDS": str(INTERVAL / NANOSECONDS),
            "INGEST_LINGER_SECONDS": "0",
        }
    )


def window(
    pool: ProcessPoolExecutor, path: Path, connections: int = 0, *, submits: bool = False, slots: int = SLOTS
) -> Window:
    """Run slots while this number of connections reads a status, or submits."""
    fetcher = Stamps()
    with served(settings(path), fetcher) as (service, port):
        service.submit(range(1, 6 * slots), Priority.HIGH)
        asked = request("GET", f"/status/{service.submit(range(1, 8), Priority.LOW)}")
        if submits:
            asked = request("POST", "/ingest", SUBMISSION)
        answers = pool.submit(latencies, port, asked, connections, slots * INTERVAL / NANOSECONDS).result()
        return Window(sorted(fetcher.arrivals), len(answers))


def bare(path: Path, *, commits: bool) -> float:
    """Return the p99 of the lateness of a thread that only waits for absolute deadlines, and may commit a row."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (number)")
    late = []
    due = time.monotonic_ns()
    for number in range(SLOTS // ROUNDS):
        due += INTERVAL
        Event().wait((due - time.monotonic_ns()) / NANOSECONDS)
        if commits:
            connection.execute("INSERT INTO rows VALUES (?)", [number])
        late.append((time.monotonic_ns() - due) / 1e6)
    connection.close()
    return percentile(late, 99)


def figures() -> Iterator[Figure]:
    """Measure."""
    look_for_cycles_rarely()
    with here() as folder, ProcessPoolExecutor(1) as pool:
        idle: list[Window] = []

        def late_when_idle() -> float:
            idle.append(window(pool, Path(folder, f"idle-{len(idle)}.db"), slots=SLOTS // ROUNDS))
            return idle[-1].late()

        alone, committing, waiting = medians(
            ROUNDS,
            late_when_idle,
            lambda: bare(Path(folder, "committing.db"), commits=True),
            lambda: bare(Path(folder, "waiting.db"), commits=False),
        )
        read = window(pool, Path(folder, "read.db"), LOADED)
        written = window(pool, Path(folder, "written.db"), LOADED, submits=True)
    what = f"lateness p99 of an idle service ({alone:.2f} ms)"
    against = "a bare thread that commits a row"
    yield Figure(what, against, alone / committing, AIM, more_is_better=False, note=NOTE)
    yield Figure(what, "a bare thread that only waits", alone / waiting, more_is_better=False)
    for name, loaded in (("status polls", read), ("submissions", written)):
        rate = loaded.answers / SLOTS / INTERVAL * NANOSECONDS
        what = f"lateness p99 beside {rate:.0f} {name}/s ({loaded.late():.2f} ms, p50 {loaded.late(50):.2f})"
        yield Figure(what, "a switch interval", loaded.late() / SWITCH_INTERVAL, AIM, more_is_better=False)
    shortest = min(one.shortest for one in (*idle, read, written))
    yield Figure("the shortest span of four arrivals", "the interval", shortest, 1)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
