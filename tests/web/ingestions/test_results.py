"""GET /ingestions/<id>/results and POST /ingestions/<id>/retry."""

import json
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from ingest_service.domain.ledger import Answer
from ingest_service.web.ingestions.results import LINES, Failure, Result, Results
from tests.doubles import good
from tests.simulation import Simulation


def some_missing(record_id: int, number: int) -> Answer:
    """Let even ids be missing upstream."""
    if record_id % 2 == 0:
        return Answer(error="HTTP 404 Not Found", status=404)
    return good(record_id, number)


@pytest.fixture
def ingestion_id(simulation: Simulation) -> UUID:
    """An ingestion that has run: 1 and 3 have results, 2 and 4 have errors."""
    simulation.upstream.answer = some_missing
    ingestion_id = simulation.submit([1, 2, 3, 4], "LOW")
    simulation.run()
    return ingestion_id


RESULTS = [
    {"id": 1, "result": {"id": 1}},
    {"id": 2, "error": "HTTP 404 Not Found", "attempts": 1, "last_status": 404},
    {"id": 3, "result": {"id": 3}},
    {"id": 4, "error": "HTTP 404 Not Found", "attempts": 1, "last_status": 404},
]


def test_results_and_errors_come_in_the_order_of_the_ids(client: FlaskClient, ingestion_id: UUID) -> None:
    response = client.get(f"/ingestions/{ingestion_id}/results")
    assert response.content_type == "application/json"
    assert response.get_json() == {"ingestion_id": str(ingestion_id), "results": RESULTS, "next_after": None}


def test_results_and_errors_are_as_their_models_say(client: FlaskClient, ingestion_id: UUID) -> None:
    path = f"/ingestions/{ingestion_id}/results"
    one: TypeAdapter[Result | Failure] = TypeAdapter(Result | Failure)
    page = Results.model_validate_json(client.get(path).data, extra="forbid")
    lines = client.get(path, headers={"Accept": LINES}).data.splitlines()
    assert [one.validate_json(line, extra="forbid") for line in lines] == page.results
    assert [type(result) for result in page.results] == [Result, Failure, Result, Failure]


def test_pages_lead_from_one_to_the_next(client: FlaskClient, ingestion_id: UUID) -> None:
    first = client.get(f"/ingestions/{ingestion_id}/results?limit=3").get_json()
    assert (first["results"], first["next_after"]) == (RESULTS[:3], 2)
    second = client.get(f"/ingestions/{ingestion_id}/results?limit=3&after=2").get_json()
    assert (second["results"], second["next_after"]) == (RESULTS[3:], None)


def test_an_ingestion_that_has_not_run_has_no_results_yet(client: FlaskClient, simulation: Simulation) -> None:
    body = client.get(f"/ingestions/{simulation.submit([1])}/results").get_json()
    assert (body["results"], body["next_after"]) == ([], None)


@pytest.mark.parametrize("accept", ["application/x-ndjson", "application/json;q=0.5, application/x-ndjson"])
def test_a_client_that_accepts_lines_gets_all_results_as_lines(
    client: FlaskClient, ingestion_id: UUID, accept: str
) -> None:
    response = client.get(f"/ingestions/{ingestion_id}/results?limit=1", headers={"Accept": accept})
    assert response.content_type == "application/x-ndjson"
    assert [json.loads(line) for line in response.text.splitlines()] == RESULTS


def test_lines_go_on_from_a_position(client: FlaskClient, ingestion_id: UUID) -> None:
    headers = {"Accept": "application/x-ndjson"}
    response = client.get(f"/ingestions/{ingestion_id}/results?after=1", headers=headers)
    assert [json.loads(line) for line in response.text.splitlines()] == RESULTS[2:]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", ""])
def test_every_other_client_gets_json(client: FlaskClient, ingestion_id: UUID, accept: str) -> None:
    response = client.get(f"/ingestions/{ingestion_id}/results", headers={"Accept": accept})
    assert response.content_type == "application/json"


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ("limit=0", {"limit": ["must be an integer from 1 to 1000"]}),
        ("limit=1001", {"limit": ["must be an integer from 1 to 1000"]}),
        ("limit=many", {"limit": ["must be an integer from 1 to 1000"]}),
        ("after=-2", {"after": ["must be a position: an integer from -1 (the default) on"]}),
        ("after=" + "9" * 30, {"after": ["must be a position: an integer from -1 (the default) on"]}),
    ],
)
def test_a_wrong_page_is_answered_with_what_is_allowed(
    client: FlaskClient, ingestion_id: UUID, query: str, details: dict[str, list[str]]
) -> None:
    response = client.get(f"/ingestions/{ingestion_id}/results?{query}")
    assert response.status_code == 400
    assert response.get_json() == {"error": "Invalid input", "details": details}


LONG = "é" * 300_000


@pytest.mark.parametrize("accept", ["application/json", LINES])
def test_a_page_of_long_results_ends_early_and_none_is_left_out(
    client: FlaskClient, simulation: Simulation, accept: str
) -> None:
    simulation.upstream.answer = lambda record_id, _: Answer(json.dumps([record_id, LONG], ensure_ascii=False))
    ingestion_id = simulation.submit(range(1, 11))
    simulation.run()
    path, after, pages = f"/ingestions/{ingestion_id}/results?after=", -1, []
    while accept != LINES and after is not None:
        page = client.get(f"{path}{after}").get_json()
        pages.append([result["id"] for result in page["results"]])
        after = page["next_after"]
    if accept == LINES:
        lines = client.get(f"{path}{after}", headers={"Accept": accept}).data.splitlines()
        pages = [[json.loads(line)["id"] for line in lines]]
        assert json.loads(lines[-1])["result"] == [10, LONG]
    assert [len(page) for page in pages] == ([10] if accept == LINES else [4, 4, 2])
    assert [record_id for page in pages for record_id in page] == list(range(1, 11))


@pytest.mark.parametrize("count", [4, 8])
def test_the_last_page_of_long_results_leads_nowhere(
    client: FlaskClient, simulation: Simulation, count: int
) -> None:
    simulation.upstream.answer = lambda *_: Answer(json.dumps(LONG, ensure_ascii=False))
    ingestion_id = simulation.submit(range(1, count + 1))
    simulation.run()
    last = client.get(f"/ingestions/{ingestion_id}/results?after={count - 5}").get_json()
    assert (len(last["results"]), last["next_after"]) == (4, None)


@pytest.mark.parametrize("method", ["GET results", "POST retry"])
@pytest.mark.parametrize("unknown", [str(UUID(int=0)), "nope"])
def test_an_unknown_ingestion_is_not_found(client: FlaskClient, method: str, unknown: str) -> None:
    verb, resource = method.split()
    response = client.open(f"/ingestions/{unknown}/{resource}", method=verb)
    assert (response.status_code, response.get_json()) == (404, {"error": "Ingestion ID not found"})


@pytest.mark.parametrize(("body", "priority"), [("", "LOW"), ("{}", "LOW"), ('{"priority": "HIGH"}', "HIGH")])
def test_the_failed_ids_become_a_new_ingestion(
    client: FlaskClient, simulation: Simulation, ingestion_id: UUID, body: str, priority: str
) -> None:
    response = client.post(f"/ingestions/{ingestion_id}/retry", data=body)
    assert response.status_code == 200
    again = UUID(response.get_json()["ingestion_id"])
    assert response.headers["Location"] == f"/status/{again}"
    kept = simulation.service.reports.progress(again)
    assert (list(simulation.service.reports.ids(kept)), kept.ingestion.priority.name) == ([2, 4], priority)


def test_an_ingestion_without_failures_has_nothing_to_retry(client: FlaskClient, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1])
    simulation.run()
    response = client.post(f"/ingestions/{ingestion_id}/retry")
    assert response.status_code == 409
    assert response.get_json() == {
        "error": "Nothing to retry",
        "details": {"ingestion_id": [f"no id of ingestion {ingestion_id} has failed"]},
    }


def test_a_wrong_priority_of_a_retry_is_refused(client: FlaskClient, ingestion_id: UUID) -> None:
    response = client.post(f"/ingestions/{ingestion_id}/retry", data='{"priority": "high"}')
    assert response.status_code == 400
    assert response.get_json()["details"] == {"priority": ["must be one of HIGH, MEDIUM, LOW"]}
