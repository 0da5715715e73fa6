"""GET /health and GET /ready."""

import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Answer
from ingest_service.service import CREDENTIALS_REFUSED
from tests.doubles import FlakyJournal, NotingUpstream, good
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulation

DISPATCHER = "the dispatcher does not run; the log says why"
STORE = "the store does not run; the log says why"


def client_of(simulation: Simulation) -> FlaskClient:
    return create_app(simulation.service, Settings.from_environ({})).test_client()


def run_dispatcher(simulation: Simulation) -> None:
    """Let the dispatcher's own thread run until nothing is to come, and it gives up."""
    simulation.service.start()
    simulation.dispatcher.join()


def drop_everything(database: Path) -> None:
    """Drop every table, as a person with a database browser might."""
    with closing(sqlite3.connect(database)) as connection, connection:
        ours = "type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = connection.execute(f"SELECT name FROM sqlite_master WHERE {ours}").fetchall()
        for (table,) in tables:
            connection.execute(f"DROP TABLE {table}")


def test_a_service_that_runs_is_healthy_and_ready_and_one_that_stopped_is_neither(tmp_path: Path) -> None:
    settings = Settings.from_environ({"INGEST_DATABASE_URL": f"sqlite:///{tmp_path / 'ingest.db'}"})
    service = build_service(settings)
    client = create_app(service, settings).test_client()
    service.start()
    service.start()
    healthy, ready = client.get("/health"), client.get("/ready")
    service.stop()
    service.stop()
    assert (healthy.status_code, healthy.get_json()) == (
        200,
        {"status": "ok", "version": version("ingest-service")},
    )
    assert (ready.status_code, ready.get_json()) == (200, {"status": "ready"})
    beside = {part: [f"the {part} does not run; the log says why"] for part in ("slips", "pruner")}
    details = {"dispatcher": [DISPATCHER], **beside, "store": [STORE]}
    unwell, unready = client.get("/health"), client.get("/ready")
    assert (unwell.status_code, unwell.get_json()) == (503, {"error": "Not healthy", "details": details})
    assert (unready.status_code, unready.get_json()) == (503, {"error": "Not ready", "details": details})


def test_a_dispatcher_that_gave_up_turns_health_red_and_the_log_says_why(
    simulation: Simulation, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    run_dispatcher(simulation)
    response = client.get("/health")
    assert response.status_code == 503
    assert response.get_json() == {"error": "Not healthy", "details": {"dispatcher": [DISPATCHER]}}
    assert client.get("/ready").get_json() == {"error": "Not ready", "details": {"dispatcher": [DISPATCHER]}}
    assert simulation.given_up == ["the dispatcher failed 60 times in a row"]
    assert "NothingScheduled" in caplog.text


def test_a_service_whose_credentials_are_refused_is_healthy_but_not_ready_while_ids_wait(
    simulation: Simulation, client: FlaskClient
) -> None:
    def upstream_in(path: str) -> list[str] | None:
        # The dispatcher's own thread does not run here, so each of them has that to say, too.
        found: list[str] | None = client.get(path).get_json()["details"].get("upstream")
        return found

    simulation.upstream.answer = lambda *_: Answer(error="HTTP 403", status=403, refused=True)
    simulation.submit(range(1, 10))
    for _ in range(3):
        assert upstream_in("/ready") is None
        simulation.run_slot()
    assert upstream_in("/ready") == [CREDENTIALS_REFUSED]
    assert upstream_in("/health") is None
    simulation.upstream.answer = good
    simulation.run_slot()
    assert upstream_in("/ready") is None


def test_a_dispatcher_that_waits_for_the_store_is_healthy_but_not_ready() -> None:
    place = EmbeddedPlace(journal=FlakyJournal)
    simulation = Simulation(place=place)
    assert isinstance(place.journal, FlakyJournal)
    client = client_of(simulation)
    place.journal.refusals = 2
    simulation.submit_at(0, [1])
    answers = []
    simulation.clock.at(
        simulation.began + SECOND // 2, lambda: answers.extend([client.get("/health"), client.get("/ready")])
    )
    run_dispatcher(simulation)
    healthy, unready = answers
    assert healthy.status_code == 200
    assert unready.status_code == 503
    full = "the database could not be written: database or disk is full"
    assert unready.get_json() == {
        "error": "Not ready",
        "details": {"dispatcher": [f"the dispatcher waits for the store: {full}"]},
    }


def test_a_service_whose_store_cannot_be_read_is_healthy_but_not_ready(tmp_path: Path) -> None:
    database = tmp_path / "ingest.db"
    settings = Settings.from_environ({"INGEST_DATABASE_URL": f"sqlite:///{database}"})
    service = build_service(settings)
    client = create_app(service, settings).test_client()
    service.start()
    assert client.get("/ready").status_code == 200
    drop_everything(database)
    healthy, unready = client.get("/health"), client.get("/ready")
    service.stop()
    assert healthy.status_code == 200
    assert unready.status_code == 503
    assert unready.get_json()["details"]["store"][0].startswith("the database could not be read: ")


def test_a_fetcher_that_breaks_gives_an_error_for_its_id_and_the_dispatcher_lives(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks_on_two(record_id: int) -> int:
        if record_id == 2:
            raise RuntimeError("no answer makes sense")
        return 0

    simulation.upstream = NotingUpstream(simulation.clock, breaks_on_two)
    simulation.start()
    ingestion = simulation.submit([1, 2, 3, 4])
    simulation.run()
    outcomes = simulation.outcomes(ingestion)
    assert [outcome.error for outcome in outcomes] == [
        None,
        "RuntimeError: no answer makes sense",
        None,
        None,
    ]
    assert "the fetcher failed on id 2" in caplog.text
