"""What requests take while 100,000 ingestions of 10 ids wait, against the same while 10 do.

Each request goes through the whole HTTP layer in this process, without a socket, to a service on a database in the
current directory; no slot opens meanwhile. Read: nothing should grow with what waits.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

from flask.testing import FlaskClient

from benchmarks.figure import Figure, show
from benchmarks.measure import here, seconds
from benchmarks.startup import fill
from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.domain.model import LAST_SEQUENCE, Priority
from ingest_service.ports.records import ListFilter
from ingest_service.service import Service

FEW, MANY = 10, 100_000
ROUNDS = 31
MOST_TIMES, MOST_MILLISECONDS = 3.0, 5.0
# No slot opens during the benchmark.
NO_SLOTS = {"INGEST_INTERVAL_SECONDS": "86400"}
LAST = ListFilter(status=None, priority=Priority.LOW, before=LAST_SEQUENCE, limit=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """A service with ingestions that wait, and a client of it."""

    service: Service
    client: FlaskClient

    def submit(self, priority: str, ids: int = 10) -> UUID:
        """Submit some ids and return the ingestion."""
        return self.service.submit(range(1, ids + 1), Priority[priority])

    def last_one(self) -> UUID:
        """Return the ingestion that runs last."""
        (last,) = self.service.reports.ingestions(LAST).ingestions
        return last.progress.ingestion.id


@contextmanager
def waiting(folder: str, ingestions: int) -> Iterator[Subject]:
    """Run a service in which this number of ingestions waits, and which has no room for 100 ids more."""
    path = Path(folder, f"{ingestions}.db")
    fill(path, ingestions)
    room = {"INGEST_MAX_PENDING_IDS": str(ingestions * 10 + 5000)}
    settings = Settings.from_environ(NO_SLOTS | room | {"INGEST_DATABASE_URL": f"sqlite:///{path}"})
    service = build_service(settings)
    service.start()
    yield Subject(service, create_app(service, settings).test_client())
    service.stop()


Ask = Callable[[], object]
Prepare = Callable[[Subject], Ask]


def reading(path: str) -> Prepare:
    """Return what prepares a GET."""
    return lambda subject: lambda: checked(subject.client.get(path), 200)


def estimate(subject: Subject) -> Ask:
    """Prepare to ask for the end of the last one."""
    path = f"/ingestions/{subject.last_one()}"
    return lambda: checked(subject.client.get(path), 200)


def dry_run(subject: Subject) -> Ask:
    """Prepare to ask what a submission would delay."""
    body = {"ids": [1, 2, 3, 4, 5, 6, 7], "priority": "HIGH"}
    return lambda: checked(subject.client.post("/ingest?dry_run=true", json=body), 200)


def refusal(subject: Subject) -> Ask:
    """Prepare a submission that there is no room for."""
    body = {"ids": list(range(1, 5005)), "priority": "HIGH"}
    return lambda: checked(subject.client.post("/ingest", json=body), 503)


def reprioritise(subject: Subject) -> Ask:
    """Prepare to move an ingestion from the end to the middle."""
    path = f"/ingestions/{subject.submit('LOW')}"
    return lambda: checked(subject.client.patch(path, json={"priority": "MEDIUM"}), 200)


def cancel(subject: Subject) -> Ask:
    """Prepare to cancel an ingestion in the middle."""
    path = f"/ingestions/{subject.submit('MEDIUM')}"
    return lambda: checked(subject.client.delete(path), 200)


def checked(answer: object, status: int) -> None:
    """Complain about an answer with another status."""
    found = getattr(answer, "status_code", None)
    if found != status:
        raise RuntimeError(f"{found}: {json.dumps(getattr(answer, 'json', None))}")


ASKED: dict[str, Prepare] = {
    "the end of the last one": estimate,
    "a dry run": dry_run,
    "a refusal for lack of room": refusal,
    "a change of priority": reprioritise,
    "a cancellation": cancel,
    "the schedule": reading("/schedule"),
    "the metrics": reading("/metrics"),
    "the dispatcher": reading("/dispatcher"),
    "the board": lambda subject: lambda: subject.service.board.read(7, 8),
}


def figures() -> Iterator[Figure]:
    """Measure every kind of request, each in turn on both."""
    with here() as folder, ExitStack() as stack:
        few, many = (stack.enter_context(waiting(folder, number)) for number in (FEW, MANY))
        for what, prepare in ASKED.items():
            rounds = [[seconds(prepare(subject)) for subject in (few, many)] for _ in range(ROUNDS)]
            least, most = map(median, zip(*rounds, strict=True))
            print(what, least*1000, most*1000, max(r[1] for r in rounds)*1000)
            yield Figure(what, "10 wait", most / least, MOST_TIMES, more_is_better=False)
            yield Figure(what, "", most * 1000, MOST_MILLISECONDS, unit="ms", more_is_better=False)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
