"""The expected starts of 100 submissions against the real ones, in real seconds and without later arrivals.

The real service in this process, slots 0.1 s apart, a simulated upstream that takes 10 ms, and a few slots
before, from which the service learns how long a commit and its threads take. Read: the p99 of the difference
should be below 50 ms, one hundredth of the default interval; a late slot moves those behind it, so the
difference grows with the distance.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from benchmarks.measure import here, percentile
from ingest_service.app import build_service
from ingest_service.clock import NANOSECONDS
from ingest_service.config import Settings
from ingest_service.domain.model import Priority, Status
from ingest_service.service import Service

SUBMISSIONS = 100
SLOTS_BEFORE = 20
INTERVAL = 0.1


def expected_starts(service: Service) -> dict[UUID, int]:
    """Submit, and ask of each submission when it will start (wall clock)."""
    submitted = [service.submit(range(1, 2 + n % 6), Priority(n % 3)) for n in range(SUBMISSIONS)]
    starts: dict[UUID, int] = {}
    for ingestion_id in submitted:
        estimate = service.reports.ingestion(ingestion_id).estimate
        if estimate is not None and estimate.next_at is not None:
            starts[ingestion_id] = estimate.next_at
    return starts


def wait_for(service: Service, ingestions: Iterable[UUID]) -> None:
    """Block until all of them are completed."""
    for one in ingestions:
        while service.reports.progress(one).status is not Status.COMPLETED:
            time.sleep(INTERVAL)


def differences(path: Path) -> list[float]:
    """Return actual minus expected start of each submission, in milliseconds."""
    environ = {
        "INGEST_DATABASE_URL": f"sqlite:///{path}",
        "INGEST_INTERVAL_SECONDS": str(INTERVAL),
        "INGEST_SIMULATED_DELAY_SECONDS": "0.01",
    }
    service = build_service(Settings.from_environ(environ))
    service.start()
    wait_for(service, [service.submit([1, 2, 3] * SLOTS_BEFORE, Priority.HIGH)])
    expected = expected_starts(service)
    wait_for(service, expected)
    actual = {one: service.reports.ingestion(one).starts_at or 0 for one in expected}
    service.stop()
    return sorted((actual[one] - expected[one]) / NANOSECONDS * 1000 for one in expected)


def main() -> None:
    """Measure and print."""
    with here() as folder:
        late = differences(Path(folder, "ingest.db"))
    slots = SUBMISSIONS * INTERVAL * 1000
    print(f"{len(late)} submissions, actual minus expected start:")
    print(f"  p50 {percentile(late, 50):.1f} ms, p99 {percentile(late, 99):.1f} ms, most {late[-1]:.1f} ms")
    print(f"  p99 {percentile(late, 99) / slots:.4f} of the time it took")


if __name__ == "__main__":
    main()
