"""A database of replicas that is away for a while: what is answered then, and afterwards."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from tests.doubles import VirtualClock
from tests.engines.places import PostgresPlace
from tests.postgres.databases import Databases
from tests.processes.waiting import eventually
from tests.simulation import Simulation
from tests.web.asking import client_of, ingest

PASSWORD = "correct horse"
UNREACHABLE = "the database cannot be reached: "


@pytest.fixture
def url(postgres_url: str) -> str:
    """A URL with a password."""
    return f"{postgres_url}{'&' if '?' in postgres_url else '?'}password={PASSWORD.replace(' ', '%20')}"


@pytest.fixture
def simulation(url: str) -> Iterator[Simulation]:
    """A simulation whose clock is not that of the database, and so goes on without it."""
    with PostgresPlace(url, clock=VirtualClock()) as place:
        yield Simulation(place=place)


@pytest.fixture
def client(simulation: Simulation) -> FlaskClient:
    return client_of(simulation)


@pytest.fixture
def away(postgres: Databases, url: str) -> AbstractContextManager[None]:
    return postgres.away(url)


def store_trouble(simulation: Simulation) -> str | None:
    return simulation.service.readiness_failures().get("store")


def test_it_is_not_ready_but_healthy_and_ready_again_by_itself(
    simulation: Simulation, away: AbstractContextManager[None]
) -> None:
    assert store_trouble(simulation) is None
    with away:
        trouble = store_trouble(simulation)
        assert "store" not in simulation.service.liveness_failures()
    assert trouble is not None
    assert trouble.startswith(UNREACHABLE)
    assert PASSWORD not in trouble
    assert "postgresql://" not in trouble
    assert len(trouble.splitlines()) == 1
    assert store_trouble(simulation) is None


def test_a_submission_is_refused_and_nothing_of_it_is_kept(
    client: FlaskClient, away: AbstractContextManager[None]
) -> None:
    with away:
        refused = ingest(client, [1], key="nightly-17")
    assert (refused.status_code, refused.get_json()["error"]) == (503, "Storage unavailable")
    (sentence,) = refused.get_json()["details"]["store"]
    assert sentence.startswith(UNREACHABLE)
    assert "may be kept" not in sentence
    assert client.get("/ingestions").get_json()["ingestions"] == []
    assert ingest(client, [2], key="nightly-17").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/status/{}"),
        ("GET", "/ingestions/{}"),
        ("DELETE", "/ingestions/{}"),
        ("GET", "/ingestions"),
        ("GET", "/schedule"),
        ("GET", "/slots"),
        ("GET", "/dispatcher"),
        ("POST", "/dispatcher/pause"),
    ],
)
def test_what_needs_the_database_is_unavailable(
    client: FlaskClient, away: AbstractContextManager[None], method: str, path: str
) -> None:
    with away:
        answer = client.open(path.format(uuid4()), method=method)
    assert (answer.status_code, answer.get_json()["error"]) == (503, "Storage unavailable")


def test_slips_are_looked_for_again_when_it_is_back_and_the_log_says_so_once(
    simulation: Simulation, away: AbstractContextManager[None], caplog: pytest.LogCaptureFixture
) -> None:
    low = simulation.submit([1, 2, 3], "LOW")
    simulation.write_down_slips()
    high = simulation.submit([4, 5, 6], "HIGH")
    simulation.engine.snapshot()
    with away:
        for _ in range(3):
            assert simulation.slips.run_once()
    simulation.slips.run_once()
    troubles = [message for message in caplog.messages if "slips" in message]
    assert len(troubles) == 1
    assert troubles[0].startswith(f"slips are not looked for until the store works again: {UNREACHABLE}")
    slips = simulation.service.reports.ingestion(low).slips
    assert [slip.cause for slip in slips] == [f"ingestion {high}, HIGH"]


@pytest.mark.slow
def test_a_service_that_runs_goes_on_by_itself(
    postgres_url: str, away: AbstractContextManager[None], caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.from_environ({"INGEST_DATABASE_URL": postgres_url, "INGEST_INTERVAL_SECONDS": "0.1"})
    service = build_service(settings)
    client = create_app(service, settings).test_client()
    service.start()
    try:
        assert client.get("/ready").status_code == 200
        with away:
            eventually(lambda: "dispatcher" in client.get("/ready").get_json().get("details", {}))
            assert client.get("/health").status_code == 200
            assert client.get("/metrics").status_code == 200
        eventually(lambda: client.get("/ready").status_code == 200)
        answer = client.post("/ingest", json={"ids": [1], "priority": "HIGH"})
        path = answer.headers["Location"]
        eventually(lambda: client.get(path).get_json()["status"] == "completed")
        assert "failed unexpectedly" not in caplog.text
    finally:
        service.stop()
