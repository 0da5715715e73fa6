"""INGEST_MAX_PENDING_IDS: how many ids may wait, and when there will be room."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ingest_service.domain.model import Ingestion, Submission
from ingest_service.errors import BacklogFull, StoreError
from ingest_service.stores.sqlite.journal import SqliteJournal
from tests.cli.serving import serving
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulate, Simulation
from tests.web.asking import PASSING, called, client_of, failing, ingest

MOST = 10
CLIENTS = 64


class BusyJournal(SqliteJournal):
    """A journal that cannot keep a submission while the disk is full, and lets something happen meanwhile."""

    full = False
    meanwhile: Callable[[], object] | None = None

    def add(self, submission: Submission, accepted: Callable[[int, Ingestion], None], key: str | None) -> UUID:
        if self.full:
            raise StoreError("the database could not be written: database or disk is full")
        if (meanwhile := self.meanwhile) is not None:
            self.meanwhile = None
            meanwhile()
        return super().add(submission, accepted, key)


@pytest.fixture
def simulation(simulate: Simulate) -> Simulation:
    return simulate(most_ids=MOST)


@pytest.fixture
def client(simulation: Simulation) -> FlaskClient:
    return client_of(simulation, INGEST_MAX_PENDING_IDS=str(MOST))


def full(response: TestResponse) -> str:
    """Return what is said of a full backlog, after a look at the rest of the answer."""
    assert response.status_code == 503
    body = response.get_json()
    assert body.keys() == {"error", "details", "limits"}
    assert (body["error"], body["details"].keys(), body["limits"].keys()) == ("Backlog full", {"ids"}, {"ids"})
    (sentence,) = body["details"]["ids"]
    assert sentence.startswith(f"the backlog has room for {body['limits']['ids']} more")
    return str(sentence)


def waiting(client: FlaskClient) -> int:
    backlog = client.get("/dispatcher").get_json()["backlog"]
    return sum(load["ids"] for load in backlog.values())


def test_the_backlog_is_filled_to_the_bound_and_no_further(client: FlaskClient) -> None:
    assert ingest(client, [1, 2, 3, 4, 5, 6, 7]).status_code == 200
    response = ingest(client, [8, 9, 10, 11])
    assert full(response) == (
        "the backlog has room for 3 more ids; there will be room for these at 2023-11-14T22:30:00.200Z"
    )
    assert response.headers["Retry-After"] == "1"
    assert ingest(client, [8, 9]).status_code == 200
    assert full(ingest(client, [10, 11])) == (
        "the backlog has room for 1 more id; there will be room for these at 2023-11-14T22:30:00.200Z"
    )
    assert ingest(client, [10]).status_code == 200
    assert full(ingest(client, [11])) == (
        "the backlog has room for 0 more ids; there will be room for these at 2023-11-14T22:30:00.200Z"
    )
    assert waiting(client) == MOST


def test_there_is_room_after_the_seconds_of_the_answer_and_not_one_second_earlier(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingest(client, list(range(1, 11)), "LOW")
    response = ingest(client, [11, 12, 13, 14], "HIGH")
    assert full(response) == (
        "the backlog has room for 0 more ids; there will be room for these at 2023-11-14T22:30:05.200Z"
    )
    assert response.headers["Retry-After"] == "6"
    answers = [response]
    for seconds in (5, 6):
        simulation.clock.at(
            simulation.began + seconds * SECOND, lambda: answers.append(ingest(client, [11, 12, 13, 14], "HIGH"))
        )
    simulation.run()
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[1].headers["Retry-After"] == "1"
    assert called(simulation) == [*range(1, 7), *range(11, 15), *range(7, 11)]


@given(st.data())
def test_there_is_room_when_it_was_promised_and_not_a_nanosecond_earlier(data: st.DataObject) -> None:
    simulation = Simulation(most_ids=MOST)
    left = MOST
    while left:
        count = data.draw(st.integers(1, left))
        simulation.submit(range(1, count + 1), data.draw(st.sampled_from(["HIGH", "MEDIUM", "LOW"])))
        left -= count
    wanted = range(1, data.draw(st.integers(1, MOST)) + 1)
    answers: list[int | None] = []

    def submit() -> None:
        try:
            simulation.submit(wanted)
        except BacklogFull as error:
            answers.append(error.room_in)
        else:
            answers.append(0)

    submit()
    (room_in,) = answers
    assert room_in is not None
    for time in (room_in - 1, room_in + 1):
        simulation.clock.at(simulation.began + time, submit)
    while len(answers) < 3:
        simulation.run_slot()
    assert answers == [room_in, 1, 0]


def test_ids_that_came_back_above_the_bound_are_counted_in_the_seconds_of_the_answer(
    client: FlaskClient, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({1, 2, 3}, PASSING)
    ingest(client, list(range(1, 11)), "HIGH")
    simulation.clock.at(simulation.began + SECOND, lambda: ingest(client, [11, 12, 13], "LOW"))
    simulation.run_slot()
    simulation.clock.time += SECOND // 2
    assert waiting(client) == MOST + 3
    seconds = int(ingest(client, [14]).headers["Retry-After"])
    answers = []
    for wait in (seconds - 1, seconds):
        simulation.clock.at(simulation.clock.now() + wait * SECOND, lambda: answers.append(ingest(client, [14])))
    simulation.run()
    assert [answer.status_code for answer in answers] == [503, 200]


def busy() -> tuple[BusyJournal, FlaskClient]:
    """Build a service over a busy journal, and a client of it."""
    place = EmbeddedPlace(journal=BusyJournal)
    simulation = Simulation(most_ids=MOST, place=place)
    assert isinstance(place.journal, BusyJournal)
    return place.journal, client_of(simulation, INGEST_MAX_PENDING_IDS=str(MOST))


def test_ids_that_are_on_their_way_to_the_disk_take_room_that_will_come_back() -> None:
    journal, client = busy()
    answers: list[TestResponse] = []
    journal.meanwhile = lambda: answers.append(ingest(client, [11]))
    assert ingest(client, list(range(1, 11))).status_code == 200
    assert full(answers[0]).startswith(
        "the backlog has room for 0 more ids; there will be room for these at 2023-"
    )
    assert int(answers[0].headers["Retry-After"]) >= 1


def test_a_retry_of_what_failed_needs_room_too(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({1}, PASSING, calls=9)
    ingestion_id = ingest(client, [1]).get_json()["ingestion_id"]
    simulation.run()
    ingest(client, list(range(1, 11)))
    assert full(client.post(f"/ingestions/{ingestion_id}/retry")).startswith("the backlog has room for 0 more ids")


def test_while_an_operator_has_paused_the_time_of_more_room_is_unknown(client: FlaskClient) -> None:
    ingest(client, list(range(1, 11)))
    client.post("/dispatcher/pause")
    response = ingest(client, [11])
    assert full(response) == (
        "the backlog has room for 0 more ids; "
        "the time of more room is unknown while an operator has paused the dispatcher"
    )
    assert "Retry-After" not in response.headers
    client.post("/dispatcher/resume")
    assert ingest(client, [11]).headers["Retry-After"] == "1"


def test_more_ids_than_the_bound_itself_are_refused_for_good(client: FlaskClient) -> None:
    response = ingest(client, list(range(1, 12)))
    assert response.status_code == 400
    assert response.get_json() == {
        "error": "Invalid input",
        "details": {"ids": ["must be at most 10 ids; these are 11"]},
        "limits": {"ids": 10},
    }
    assert "Retry-After" not in response.headers


def test_what_was_released_makes_room(client: FlaskClient, simulation: Simulation) -> None:
    ingest(client, list(range(1, 11)))
    simulation.run_slot()
    assert ingest(client, [11, 12, 13]).status_code == 200
    assert ingest(client, [14]).status_code == 503


def test_what_was_cancelled_makes_room(client: FlaskClient, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, PASSING)
    ingestion_id = ingest(client, list(range(1, 11))).get_json()["ingestion_id"]
    simulation.run_slot()
    assert waiting(client) == 8
    client.delete(f"/ingestions/{ingestion_id}")
    client.delete(f"/ingestions/{ingestion_id}")
    assert ingest(client, list(range(1, 11))).status_code == 200
    assert ingest(client, [11]).status_code == 503


def test_what_could_not_be_stored_takes_no_room() -> None:
    journal, client = busy()
    journal.full = True
    for key in (None, "nightly-17"):
        response = ingest(client, list(range(1, 11)), key=key)
        assert response.status_code == 503
        assert response.get_json() == {
            "error": "Storage unavailable",
            "details": {"store": ["the database could not be written: database or disk is full"]},
        }
    journal.full = False
    assert ingest(client, list(range(1, 11))).status_code == 200
    assert ingest(client, [11]).status_code == 503


def test_what_is_sent_twice_at_the_same_time_with_one_key_takes_room_once() -> None:
    journal, client = busy()
    journal.meanwhile = lambda: ingest(client, [1, 2, 3, 4, 5], key="nightly-17")
    assert ingest(client, [1, 2, 3, 4, 5], key="nightly-17").status_code == 200
    assert waiting(client) == 5
    assert ingest(client, [6, 7, 8, 9, 10]).status_code == 200
    assert ingest(client, [11]).status_code == 503


def test_what_was_refused_takes_no_room(client: FlaskClient) -> None:
    for _ in range(3):
        assert ingest(client, [1, 2, 3], deadline="2023-11-14T00:00:00Z").status_code == 409
    assert ingest(client, list(range(1, 11))).status_code == 200


def test_what_waits_after_a_restart_is_counted(client: FlaskClient, simulation: Simulation) -> None:
    ingest(client, list(range(1, 11)))
    simulation.run_slot()
    simulation.start()
    client = client_of(simulation)
    assert ingest(client, [11, 12, 13, 14]).status_code == 503
    assert ingest(client, [11, 12, 13]).status_code == 200


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A real service that lets ten ids wait and releases none for a minute."""
    with serving(tmp_path, INGEST_MAX_PENDING_IDS=str(MOST), INGEST_LINGER_SECONDS="60") as url:
        yield url


@pytest.mark.parametrize(("size", "fit"), [(1, 10), (3, 3), (4, 2), (10, 1)])
def test_clients_that_race_fill_the_backlog_and_never_exceed_it(url: str, size: int, fit: int) -> None:
    together = Barrier(CLIENTS)

    def submit(number: int) -> requests.Response:
        body = {"ids": [number + 1] * size, "priority": "LOW"}
        together.wait()
        return requests.post(f"{url}/ingest", json=body, timeout=60)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(submit, range(CLIENTS)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert (len(answers) - len(refused), {answer.status_code for answer in answers}) == (fit, {200, 503})
    listed = requests.get(f"{url}/ingestions", timeout=60).json()["ingestions"]
    assert [row["ids"] for row in listed] == [size] * fit
