"""GET /health."""

import pytest
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.clock import SystemClock
from ingest_service.config import Settings
from ingest_service.dispatcher import Dispatcher
from ingest_service.ledger import Slot
from ingest_service.service import Service
from ingest_service.side_by_side import in_threads
from ingest_service.slots import EmbeddedSlots
from tests.doubles import NotingUpstream
from tests.simulation import FIVE_ATTEMPTS, FIVE_SECONDS, Simulation


class BrokenSlots(EmbeddedSlots):
    """Slots that break when one is to be opened."""

    def open(self) -> Slot | None:
        raise RuntimeError("the ledger is gone")


def serve(simulation: Simulation, slots: EmbeddedSlots) -> tuple[Service, FlaskClient]:
    dispatcher = Dispatcher(slots, simulation.upstream, simulation.clock, in_threads)
    service = Service(simulation.store, slots, dispatcher, 3)
    return service, create_app(service, Settings.from_environ({})).test_client()


def test_a_service_that_runs_is_healthy_and_one_that_stopped_is_not(simulation: Simulation) -> None:
    service, client = serve(
        simulation, EmbeddedSlots(simulation.store, SystemClock(), FIVE_SECONDS, FIVE_ATTEMPTS)
    )
    service.start()
    service.start()
    assert (client.get("/health").status_code, client.get("/health").get_json()) == (200, {"status": "ok"})
    service.stop()
    service.stop()
    response = client.get("/health")
    assert response.status_code == 503
    assert response.get_json() == {
        "error": "Not healthy",
        "details": {
            "dispatcher": ["the dispatcher does not run; the log says why"],
            "store": ["the store does not run; the log says why"],
        },
    }


def test_a_dispatcher_that_dies_turns_health_red_and_the_log_says_why(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    service, client = serve(
        simulation, BrokenSlots(simulation.store, simulation.clock, FIVE_SECONDS, FIVE_ATTEMPTS)
    )
    service.start()
    assert service._dispatcher._thread is not None
    service._dispatcher._thread.join()
    response = client.get("/health")
    assert response.status_code == 503
    assert response.get_json()["details"].keys() == {"dispatcher"}
    assert "the dispatcher died; nothing is released until the service is started again" in caplog.text
    assert "RuntimeError: the ledger is gone" in caplog.text
    service.stop()


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
