"""Errors as problem details (RFC 9457), for clients that prefer them."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.simulation import Simulation

PROBLEM = "application/problem+json"
PREFERENCES = [
    PROBLEM,
    f"{PROBLEM}, application/json;q=0.9",
    f"text/html, {PROBLEM};q=0.1",
    f"*/*;q=0.1, {PROBLEM}",
]
INDIFFERENCES = [
    "",
    "*/*",
    "application/*",
    "application/json",
    f"application/json, {PROBLEM}",
    f"application/json, {PROBLEM};q=0.9",
    f"{PROBLEM};q=0",
    f"{PROBLEM};q=0, */*",
]


@pytest.mark.parametrize("accept", PREFERENCES)
def test_a_client_that_prefers_problems_gets_one_with_all_of_the_plain_error(
    client: FlaskClient, accept: str
) -> None:
    answer = client.post("/ingest", data='{"ids": [0], "priority": "x"}', headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (400, PROBLEM)
    assert answer.content_length == len(answer.data)
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "ids: must be an integer from 1 to 1000000007 (position 0). "
        "priority: must be one of HIGH, MEDIUM, LOW",
        "instance": "/ingest",
        "error": "Invalid input",
        "details": {
            "ids": ["must be an integer from 1 to 1000000007 (position 0)"],
            "priority": ["must be one of HIGH, MEDIUM, LOW"],
        },
    }


def test_an_error_without_details_is_its_own_detail(client: FlaskClient) -> None:
    unknown = uuid4()
    assert client.get(f"/status/{unknown}", headers={"Accept": PROBLEM}).get_json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Ingestion ID not found",
        "instance": f"/status/{unknown}",
        "error": "Ingestion ID not found",
    }


@pytest.mark.parametrize("accept", INDIFFERENCES)
def test_every_other_client_gets_the_plain_error_to_the_byte(client: FlaskClient, accept: str) -> None:
    answer = client.get("/status/x", headers={"Accept": accept})
    assert (answer.content_type, answer.data) == ("application/json", b'{"error":"Ingestion ID not found"}')


def test_a_problem_has_the_limits_of_its_error(client: FlaskClient) -> None:
    too_many = {"ids": list(range(1, 12)), "priority": "LOW"}
    plain = client.post("/ingest", json=too_many).get_json()
    problem = client.post("/ingest", json=too_many, headers={"Accept": PROBLEM}).get_json()
    assert plain["limits"] == {"ids": 10}
    assert problem.items() >= plain.items()


def test_the_instance_is_a_reference_whatever_the_path(client: FlaskClient) -> None:
    answer = client.get("/a b/ü?q=1", headers={"Accept": PROBLEM})
    assert answer.get_json()["instance"] == "/a%20b/%C3%BC"


@pytest.mark.parametrize(
    ("method", "path", "title"),
    [
        ("GET", "/nothing", "Not Found"),
        ("PUT", "/ingest", "Method Not Allowed"),
        ("GET", "/health", "Service Unavailable"),
    ],
)
def test_errors_of_every_origin_can_be_problems(client: FlaskClient, method: str, path: str, title: str) -> None:
    answer = client.open(path, method=method, headers={"Accept": PROBLEM})
    assert (answer.content_type, answer.get_json()["title"]) == (PROBLEM, title)


def test_an_answer_without_error_stays_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/schedule", headers={"Accept": PROBLEM})
    assert (answer.content_type, answer.get_json()) == ("application/json", {"slots": []})
    assert "Vary" not in answer.headers


def test_an_error_that_is_not_json_stays_as_it_is(app: Flask) -> None:
    @app.get("/tea")
    def tea() -> tuple[str, int]:
        return "no coffee", 418

    answer = app.test_client().get("/tea", headers={"Accept": PROBLEM})
    assert (answer.status_code, answer.text) == (418, "no coffee")


@pytest.mark.parametrize("accept", ["*/*", PROBLEM])
def test_caches_learn_that_errors_depend_on_what_is_accepted(client: FlaskClient, accept: str) -> None:
    assert client.get("/nothing", headers={"Accept": accept}).headers["Vary"] == "Accept"


@pytest.mark.parametrize("accept", ["*/*", "application/x-ndjson"])
def test_caches_learn_that_results_depend_on_what_is_accepted(
    client: FlaskClient, simulation: Simulation, accept: str
) -> None:
    path = f"/ingestions/{simulation.submit([1])}/results"
    assert client.get(path, headers={"Accept": accept}).headers["Vary"] == "Accept"
