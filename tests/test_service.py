"""A service whose dispatcher has ended accepts nothing that it would not call."""

import pytest
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from ingest_service.errors import DispatcherStopped
from tests.simulation import SECOND, Simulate, Simulation
from tests.web.asking import FINAL

SENTENCE = "the dispatcher does not run in this process; send it again"


@pytest.fixture
def simulation(simulate: Simulate) -> Simulation:
    return simulate(answer=lambda _id, _count: FINAL)


@pytest.fixture
def client(simulation: Simulation) -> FlaskClient:
    return create_app(simulation.service, Settings.from_environ({})).test_client()


def end_dispatcher(simulation: Simulation) -> None:
    """Let the dispatcher's own thread run until nothing is to come, and it gives up."""
    simulation.service.start()
    simulation.dispatcher.join()


def test_nothing_is_accepted_once_the_dispatcher_has_ended(simulation: Simulation) -> None:
    failed = simulation.submit([1])
    end_dispatcher(simulation)
    with pytest.raises(DispatcherStopped):
        simulation.submit([2])
    with pytest.raises(DispatcherStopped):
        simulation.service.retry(failed, Priority.HIGH)


def test_a_dispatcher_that_runs_again_takes_what_was_refused(simulation: Simulation) -> None:
    end_dispatcher(simulation)
    simulation.start()
    simulation.submit([2])


def test_the_refusal_is_503_and_reading_goes_on(simulation: Simulation, client: FlaskClient) -> None:
    failed = simulation.submit([1])
    end_dispatcher(simulation)
    for path, body in (("/ingest", {"ids": [2], "priority": "HIGH"}), (f"/ingestions/{failed}/retry", {})):
        response = client.post(path, json=body)
        assert response.status_code == 503
        assert response.json == {"error": "Dispatcher stopped", "details": {"dispatcher": [SENTENCE]}}
    assert client.get(f"/status/{failed}").status_code == 200
    listed = client.get("/ingestions").get_json()["ingestions"]
    assert [found["ingestion_id"] for found in listed] == [str(failed)]
    assert client.post("/ingest?dry_run=true", json={"ids": [2], "priority": "HIGH"}).status_code == 200


def test_a_request_rests_while_the_dispatcher_has_the_right_of_way(
    simulation: Simulation, client: FlaskClient
) -> None:
    clock, millisecond = simulation.clock, SECOND // 1000
    simulation.dispatcher.right_of_way.claim()
    clock.at(clock.now() + millisecond, simulation.dispatcher.right_of_way.release)
    before = clock.now()
    client.get("/health")
    assert clock.now() == before + millisecond
