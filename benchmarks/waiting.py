"""The time of requests while 100,000 ingestions of 10 ids wait, against the same while 10 do; and that of slips.

Each request goes through the whole HTTP layer in this process, without a socket, to a service on a database in the
current directory; no slot opens meanwhile. The gate is the lock that a slot waits for when it opens or is closed.
Slips: every tenth of a second an ingestion arrives that moves the ends of all that wait. Read: nothing should
grow with what waits.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Lock
from threading import enumerate as threads
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from benchmarks.figure import Figure, show
from benchmarks.measure import here, percentile, seconds
from benchmarks.startup import fill
from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.domain.model import LAST_SEQUENCE, Priority
from ingest_service.ports.records import ListFilter
from ingest_service.service import Service

FEW, MANY = 10, 100_000
ROUNDS = 51
ARRIVALS = 100
# No slot opens during the benchmark.
NO_SLOTS = {"INGEST_INTERVAL_SECONDS": "86400"}
LAST = ListFilter(status=None, priority=Priority.LOW, before=LAST_SEQUENCE, limit=1)
# Why a request takes more than three times as long.
NOTES = {
    "a dry run": (
        "it makes the schedule with and without the submission and compares all that moves, block by block; where "
        "10 wait there is one block"
    )
}
SLIPS = "0.0097 to 0.0134 in quiet runs"


class TimedLock:
    """A lock that notes for how many seconds it is held each time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.held: list[float] = []

    def __enter__(self) -> None:
        self._lock.acquire()
        self._since = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.held.append(time.perf_counter() - self._since)
        self._lock.release()


@dataclass(frozen=True, slots=True)
class Subject:
    """A service with ingestions that wait, a client of it, and its gate."""

    service: Service
    client: FlaskClient
    gate: TimedLock = field(default_factory=TimedLock)

    def submit(self, priority: str) -> UUID:
        """Submit ten ids and return the ingestion."""
        return self.service.submit(range(1, 11), Priority[priority])

    def last_one(self) -> UUID:
        """Return the ingestion that runs last."""
        (last,) = self.service.reports.ingestions(LAST).ingestions
        return last.progress.ingestion.id

    def ask(self, method: str, path: str, body: object = None, status: int = 200) -> None:
        """Make a request; complain about an answer with another status."""
        answer = self.client.open(path, method=method, json=body)
        if answer.status_code != status:
            raise RuntimeError(f"{method} {path}: {answer.status}: {answer.text}")


@contextmanager
def waiting(folder: str, ingestions: int, room: int) -> Iterator[Subject]:
    """Run a service in which this number of ingestions waits, and in which `room` ids may wait."""
    path = Path(folder, f"{ingestions}-{room}.db")
    fill(path, ingestions, 10)
    environ = {"INGEST_DATABASE_URL": f"sqlite:///{path}", "INGEST_MAX_PENDING_IDS": str(room)}
    settings = Settings.from_environ(NO_SLOTS | environ)
    service = build_service(settings)
    service.start()
    subject = Subject(service, create_app(service, settings).test_client())
    engine: Any = service._engine
    engine._state._lock = subject.gate
    yield subject
    service.stop()


Ask = Callable[[], None]
Prepare = Callable[[Subject], Ask]
SEVEN = {"ids": [1, 2, 3, 4, 5, 6, 7], "priority": "HIGH"}


def reading(path: str) -> Prepare:
    """Return what prepares a GET."""
    return lambda subject: lambda: subject.ask("GET", path)


def estimate(subject: Subject) -> Ask:
    """Prepare to ask for the end of the last one, just after another one came."""
    path = f"/ingestions/{subject.last_one()}"
    subject.submit("HIGH")
    return lambda: subject.ask("GET", path)


def dry_run(subject: Subject) -> Ask:
    """Prepare to ask what a submission would delay."""
    return lambda: subject.ask("POST", "/ingest?dry_run=true", SEVEN)


def refusal(subject: Subject) -> Ask:
    """Prepare a submission that there is no room for before nearly all that waits has been released."""
    return lambda: subject.ask("POST", "/ingest", SEVEN, status=503)


def reprioritise(subject: Subject) -> Ask:
    """Prepare to move an ingestion from the end to the middle."""
    path = f"/ingestions/{subject.submit('LOW')}"
    return lambda: subject.ask("PATCH", path, {"priority": "MEDIUM"})


def cancel(subject: Subject) -> Ask:
    """Prepare to cancel an ingestion in the middle."""
    path = f"/ingestions/{subject.submit('MEDIUM')}"
    return lambda: subject.ask("DELETE", path)


def board(subject: Subject) -> Ask:
    """Prepare to read all that the board shows."""
    return lambda: void(subject.service.board.read(7, 8))


def void(_: object) -> None:
    """Need no result."""


ASKED: dict[str, Prepare] = {
    "the end of the last ingestion": estimate,
    "a dry run": dry_run,
    "a change of priority": reprioritise,
    "a cancellation": cancel,
    "the schedule": reading("/schedule"),
    "the metrics": reading("/metrics"),
    "the dispatcher": reading("/dispatcher"),
    "the board": board,
}


def compare(few: Subject, many: Subject, what: str, prepare: Prepare) -> Iterator[Figure]:
    """Measure a kind of request in turn on both."""
    many.gate.held.clear()
    rounds = [[seconds(prepare(subject)) for subject in (few, many)] for _ in range(ROUNDS)]
    least, most = map(median, zip(*rounds, strict=True))
    name, note = f"{what} while {MANY:,} wait", NOTES.get(what, "")
    yield Figure(name, f"while {FEW} wait", most / least, 3, more_is_better=False, note=note)
    yield Figure(name, "", most * 1000, 5, "ms", more_is_better=False, note=note)
    if len(many.gate.held) > 1:
        held = percentile(many.gate.held, 90) * 1000
        yield Figure(f"{name}: the gate is held", "", held, 1, "ms", more_is_better=False)


def slips(many: Subject) -> Figure:
    """Measure what slips take while something arrives that moves all ends."""
    (thread,) = (thread for thread in threads() if thread.name == "slips")
    began, before = time.perf_counter(), on_processor(thread.native_id)
    for _ in range(ARRIVALS):
        many.submit("HIGH")
        time.sleep(0.1)
    share = (on_processor(thread.native_id) - before) / (time.perf_counter() - began)
    what = f"slips while {MANY:,} wait and one arrives every 0.1 s"
    return Figure(what, "a core", share, 0.01, more_is_better=False, note=SLIPS)


def on_processor(thread: int | None) -> float:
    """Return the seconds that a thread has had a processor."""
    return int(Path(f"/proc/self/task/{thread}/schedstat").read_text().split()[0]) / 1e9


def figures() -> Iterator[Figure]:
    """Measure every kind of request, each in turn on both."""
    with here() as folder:
        with waiting(folder, MANY, 10_000_000) as many:
            yield slips(many)
            with waiting(folder, FEW, 10_000_000) as few:
                for what, prepare in ASKED.items():
                    yield from compare(few, many, what, prepare)
        with waiting(folder, FEW, 10) as few, waiting(folder, MANY, 10) as many:
            yield from compare(few, many, "a refusal for lack of room", refusal)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
