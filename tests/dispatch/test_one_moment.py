"""The facts and the estimate of an ingestion are of one moment, while slots open and close."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from ingest_service.app import assemble
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.domain.model import Priority, Status
from ingest_service.metrics import Metrics
from ingest_service.reports.models import BatchesReport, IngestionReport
from ingest_service.service import Service
from ingest_service.upstreams.simulated import SimulatedUpstream

pytestmark = pytest.mark.slow

BATCHES = 300
READERS = 3


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that opens a slot of one batch every 2 ms."""
    settings = Settings.from_environ(
        {
            "INGEST_DATABASE_URL": f"sqlite:///{tmp_path / 'ingest.db'}",
            "INGEST_INTERVAL_SECONDS": "0.002",
            "INGEST_LINGER_SECONDS": "0",
        }
    )
    clock = SystemClock()
    service = assemble(settings, clock, SimulatedUpstream(clock, 0), Metrics())
    service.start()
    yield service
    service.stop()


def test_the_facts_and_the_estimate_of_an_ingestion_never_contradict_each_other(service: Service) -> None:
    ingestion_id = service.submit(range(1, 3 * BATCHES + 1), Priority.LOW)
    with ThreadPoolExecutor(READERS) as pool:
        found = [
            one
            for ones in pool.map(lambda _: contradictions(service, ingestion_id), range(READERS))
            for one in ones
        ]
    assert found == []


def contradictions(service: Service, ingestion_id: UUID) -> list[str]:
    """Read the ingestion until it is completed, and return every report that contradicts itself."""
    found = []
    while True:
        report = service.reports.ingestion(ingestion_id)
        found += [str(one) for one in in_report(report)]
        found += in_batches(service.reports.batches(ingestion_id, -1, BATCHES))
        if report.progress.status is Status.COMPLETED:
            return found


def in_report(report: IngestionReport) -> Iterator[str]:
    counts = report.progress.counts()
    released = counts[Status.TRIGGERED] + counts[Status.COMPLETED]
    waiting = sum(len(run.batches) for run in report.estimate.runs) if report.estimate else 0
    if report.summary.slots_used != released:
        yield f"{released} batches were released in {report.summary.slots_used} slots"
    if waiting != counts[Status.YET_TO_START]:
        yield f"{waiting} of {counts[Status.YET_TO_START]} batches that have yet to start are to come"
    if counts[Status.TRIGGERED] > 1:
        yield f"{counts[Status.TRIGGERED]} batches are being called"


def in_batches(report: BatchesReport) -> list[str]:
    """Return the batches whose status and times contradict each other."""
    return [
        f"batch {batch.number} is {batch.status}, {batch.attempts} attempts, from {batch.started_at}"
        for batch in report.batches
        if batch.started_at is None or (batch.attempts > 0) != (batch.status is not Status.YET_TO_START)
    ]
