"""Polling that costs nothing: entity tags, 304, and when to ask again."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.engine_kinds import over_every_engine
from tests.simulation import SECOND, Simulation

# A tag changes with what an engine has done, and an engine knows when to ask again.
pytestmark = over_every_engine

RESOURCES = ["/status/{}", "/ingestions/{}", "/ingestions/{}/batches"]


def ask(client: FlaskClient, path: str, known: TestResponse | None = None) -> TestResponse:
    return client.get(path, headers={"If-None-Match": known.headers["ETag"]} if known else {})


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_has_not_changed_is_not_sent_again(
    client: FlaskClient, simulation: Simulation, resource: str
) -> None:
    path = resource.format(simulation.submit([1, 2, 3, 4]))
    first = ask(client, path)
    assert not first.headers["ETag"].startswith("W/")
    again = ask(client, path, first)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Retry-After"] == first.headers["Retry-After"]


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_change_has_another_tag(client: FlaskClient, simulation: Simulation, resource: str) -> None:
    path = resource.format(simulation.submit([1, 2, 3, 4]))
    tags = [ask(client, path).headers["ETag"]]
    for _ in range(2):
        slot = simulation.engine.open()
        assert slot is not None
        tags.append(ask(client, path).headers["ETag"])
        simulation.finish(slot)
        tags.append(ask(client, path).headers["ETag"])
    assert len(set(tags)) == 5


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_outdated_tag_gets_the_news(client: FlaskClient, simulation: Simulation, resource: str) -> None:
    path = resource.format(simulation.submit([1, 2, 3, 4]))
    first = ask(client, path)
    simulation.dispatcher.run_once()
    assert ask(client, path, first).status_code == 200


@pytest.mark.parametrize("resource", RESOURCES)
def test_retry_after_is_the_whole_seconds_until_something_can_change(
    client: FlaskClient, simulation: Simulation, resource: str
) -> None:
    path = resource.format(simulation.submit([1, 2, 3, 4]))
    simulation.dispatcher.run_once()
    assert ask(client, path).headers["Retry-After"] == "4"
    simulation.clock.time += SECOND // 2
    assert ask(client, path).headers["Retry-After"] == "4"
    simulation.clock.time += 3 * SECOND
    assert ask(client, path).headers["Retry-After"] == "1"
    simulation.engine.open()
    assert ask(client, path).headers["Retry-After"] == "1"


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_is_completed_is_not_to_be_asked_again(
    client: FlaskClient, simulation: Simulation, resource: str
) -> None:
    path = resource.format(simulation.submit([1]))
    simulation.run()
    assert "Retry-After" not in ask(client, path).headers
