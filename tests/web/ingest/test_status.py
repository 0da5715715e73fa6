"""GET /status/<ingestion_id>."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.model import LARGEST_ID, Ingestion, Priority, batch_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.web.ingest.models import Status, StatusBatch
from ingest_service.web.ingest.status import BATCHES_IN_PIECE, status_body
from tests.simulation import Simulation


def batches(client: FlaskClient, ingestion_id: UUID) -> list[tuple[list[int], str]]:
    body = client.get(f"/status/{ingestion_id}").get_json()
    return [(batch["ids"], batch["status"]) for batch in body["batches"]]


def test_every_batch_is_listed_from_the_first_moment(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4, 5])
    response = client.get(f"/status/{ingestion_id}")
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.get_json() == {
        "ingestion_id": str(ingestion_id),
        "status": "yet_to_start",
        "batches": [
            {"batch_id": str(batch_id(ingestion_id, 0)), "ids": [1, 2, 3], "status": "yet_to_start"},
            {"batch_id": str(batch_id(ingestion_id, 1)), "ids": [4, 5], "status": "yet_to_start"},
        ],
    }


def test_the_keys_come_in_the_order_of_the_contract(client: FlaskClient, simulation: Simulation) -> None:
    body = client.get(f"/status/{simulation.submit([1])}").get_json()
    assert list(body) == ["ingestion_id", "status", "batches"]
    assert list(body["batches"][0]) == ["batch_id", "ids", "status"]


def test_batches_go_from_yet_to_start_over_triggered_to_completed(
    client: FlaskClient, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([1, 2, 3, 4])
    slot = simulation.engine.open()
    assert slot is not None
    assert batches(client, ingestion_id) == [([1, 2, 3], "triggered"), ([4], "yet_to_start")]
    simulation.finish(slot)
    assert batches(client, ingestion_id) == [([1, 2, 3], "completed"), ([4], "yet_to_start")]
    assert client.get(f"/status/{ingestion_id}").get_json()["status"] == "triggered"
    simulation.run()
    assert batches(client, ingestion_id) == [([1, 2, 3], "completed"), ([4], "completed")]
    assert client.get(f"/status/{ingestion_id}").get_json()["status"] == "completed"


def test_a_short_status_is_sent_whole_and_a_long_one_in_pieces(
    client: FlaskClient, simulation: Simulation
) -> None:
    short = client.get(f"/status/{simulation.submit([1])}")
    long = client.get(f"/status/{simulation.submit(range(1, 3 * BATCHES_IN_PIECE + 2))}")
    assert short.content_length == len(short.data)
    assert long.content_length is None
    assert len(long.get_json()["batches"]) == BATCHES_IN_PIECE + 1


@pytest.mark.parametrize("path", ["/status/{}/", "//status/{}", "/status//{}//"])
def test_paths_work_as_clients_write_them(client: FlaskClient, simulation: Simulation, path: str) -> None:
    environ = {"PATH_INFO": path.format(simulation.submit([1]))}
    assert client.get(environ_overrides=environ).status_code == 200


@pytest.mark.parametrize("ingestion_id", [str(UUID(int=0)), "1", "no-uuid", "%00", "ü" * 500])
def test_an_unknown_ingestion_is_not_found(client: FlaskClient, ingestion_id: str) -> None:
    response = client.get(f"/status/{ingestion_id}")
    assert response.status_code == 404
    assert response.get_json() == {"error": "Ingestion ID not found"}


@given(st.data())
def test_the_text_is_what_json_would_write(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 4))
    count = data.draw(st.integers(1, 30) | st.integers(-5, 5).map(lambda n: size * BATCHES_IN_PIECE + n))
    ids = [data.draw(st.integers(1, LARGEST_ID))] * count
    ingestion = Ingestion(uuid4().int, Priority.LOW, size, count)
    released = data.draw(st.integers(0, ingestion.batch_count))
    still_open = data.draw(
        st.frozensets(st.integers(0, released - 1), max_size=3) if released else st.just(frozenset[int]())
    )
    progress = Progress(1, ingestion, 0, min(released * size, count), still_open)
    assert "".join(status_body(progress, PackedIds.of(ids))) == modelled(progress, ids).to_json()


def modelled(progress: Progress, ids: list[int]) -> Status:
    whole = progress.ingestion
    size = whole.batch_size
    return Status(
        ingestion_id=whole.id,
        status=progress.status,
        batches=[
            StatusBatch(
                batch_id=batch_id(whole.id, number), ids=ids[number * size : (number + 1) * size], status=status
            )
            for start, stop, status in progress.runs()
            for number in range(start, stop)
        ],
    )
