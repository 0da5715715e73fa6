"""The real service over a fake upstream: settings, submission, completion, and the record of the run."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from flask.testing import FlaskClient

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Outcome
from ingest_service.domain.model import Priority, Status
from ingest_service.service import Service
from ingest_service.upstreams.fake import FakeUpstream
from tests.upstreams.scenarios import IDS, Scenario

INTERVAL = 0.3
PATIENCE = 60.0


@dataclass(frozen=True)
class Run:
    """A completed ingestion of the ids; `opened` are the openings of slots in nanoseconds, monotonic."""

    ingestion_id: UUID
    outcomes: list[Outcome]
    opened: list[int]
    upstream: FakeUpstream
    client: FlaskClient


def settings_for(folder: Path, url: str, scenario: Scenario, interval: float = INTERVAL) -> Settings:
    environ = {
        "INGEST_DATABASE_URL": f"sqlite:///{folder / 'ingest.db'}",
        "INGEST_UPSTREAM_URL": url,
        "INGEST_INTERVAL_SECONDS": str(interval),
        "INGEST_LINGER_SECONDS": "0",
        "INGEST_UPSTREAM_TIMEOUT_SECONDS": str(scenario.timeout),
        "INGEST_BACKOFF_SECONDS": "0.1",
        "INGEST_MAX_ATTEMPTS": str(scenario.max_attempts),
        "INGEST_MAX_PAUSE_SECONDS": "1",
    }
    return Settings.from_environ(environ)


@contextmanager
def running(settings: Settings) -> Iterator[Service]:
    service = build_service(settings)
    service.start()
    try:
        yield service
    finally:
        service.stop()


def submit(service: Service) -> UUID:
    return service.submit(IDS, Priority.MEDIUM)


def complete(service: Service, settings: Settings, ingestion_id: UUID, upstream: FakeUpstream) -> Run:
    """Wait until every id has ended."""
    deadline = time.monotonic() + PATIENCE
    while service.reports.progress(ingestion_id).status is not Status.COMPLETED:
        assert time.monotonic() < deadline, "the ingestion should have been completed long ago"
        time.sleep(0.01)
    outcomes = list(service.reports.results(ingestion_id, -1, 1000).outcomes)
    client = create_app(service, settings).test_client()
    return Run(ingestion_id, outcomes, openings(settings), upstream, client)


def openings(settings: Settings) -> list[int]:
    """Return when each slot was opened, in nanoseconds on the monotonic clock."""
    with closing(sqlite3.connect(settings.database_path)) as connection:
        return [opened for (opened,) in connection.execute("SELECT opened FROM slots ORDER BY number")]
