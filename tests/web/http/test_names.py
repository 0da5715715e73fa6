"""Names that are unknown: refused with the nearest known one, so that no slip of the pen goes unnoticed."""

import json

import pytest
from flask.testing import FlaskClient

from tests.simulation import Simulation

FIVE = {"ids": [1, 2, 3, 4, 5], "priority": "HIGH"}


@pytest.mark.parametrize(
    ("method", "path", "details"),
    [
        ("POST", "/ingest?dryrun=true", {"dryrun": ["is not known; did you mean dry_run?"]}),
        ("POST", "/ingest?Dry-Run=true", {"Dry-Run": ["is not known; did you mean dry_run?"]}),
        ("POST", "/ingest?x=1", {"x": ["is not known; there is dry_run"]}),
        ("POST", "/ingest?dry_run=false&dry_run=true", {"dry_run": ["must be given once"]}),
        ("GET", "/ingestions?state=completed", {"state": ["is not known; did you mean status?"]}),
        ("GET", "/ingestions?limt=0&limit=0", {"limit": [], "limt": ["is not known; did you mean limit?"]}),
        ("GET", "/ingestions/{}/results?offset=1", {"offset": ["is not known; there is limit, after, format"]}),
        ("GET", "/ingestions/{}/batches?Limit=1", {"Limit": ["is not known; did you mean limit?"]}),
        ("GET", "/schedule?slot=1", {"slot": ["is not known; did you mean slots?"]}),
        ("GET", "/slots?after=1", {"after": ["is not known; there is limit, before"]}),
        ("DELETE", "/ingestions/{}?dry_run=true", {"dry_run": ["is not known; there is none here"]}),
        ("PATCH", "/ingestions/{}?dry_run=true", {"dry_run": ["is not known; there is none here"]}),
        ("POST", "/ingestions/{}/retry?dry_run=true", {"dry_run": ["is not known; there is none here"]}),
        ("POST", "/dispatcher/pause?until=1", {"until": ["is not known; there is none here"]}),
        ("POST", "/dispatcher/resume?at=1", {"at": ["is not known; there is none here"]}),
    ],
)
def test_an_unknown_parameter_is_refused_and_nothing_is_done(
    client: FlaskClient, simulation: Simulation, method: str, path: str, details: dict[str, list[str]]
) -> None:
    ingestion_id = simulation.submit([1])
    before = client.get("/ingestions").data, client.get("/dispatcher").data
    body = None if method == "GET" else {"ids": [1], "priority": "LOW"} if "/ingest?" in path else {}
    answer = client.open(path.format(ingestion_id), method=method, json=body)
    assert answer.status_code == 400
    found = answer.get_json()["details"]
    assert list(found) == list(details)
    assert {name: found[name] for name, sentences in details.items() if sentences}.items() <= details.items()
    assert (client.get("/ingestions").data, client.get("/dispatcher").data) == before


@pytest.mark.parametrize("path", ["/status/{}?now=1", "/health?t=1", "/ready?t=1", "/metrics?t=1", "/docs?t=1"])
def test_what_only_shows_something_bears_any_parameter(
    client: FlaskClient, simulation: Simulation, path: str
) -> None:
    assert client.get(path.format(simulation.submit([1]))).status_code in (200, 503)


@pytest.mark.parametrize("number", ["1_0", " 5", "5 ", "5.0", "%2B5", "5e0", "\u0665", "0x5", "", "1" * 19])
@pytest.mark.parametrize("path", ["/ingestions?limit=", "/schedule?slots=", "/slots?before=", "/slots?limit="])
def test_a_number_is_digits_alone(client: FlaskClient, path: str, number: str) -> None:
    assert client.get(path + number).status_code == 400


@pytest.mark.parametrize(
    ("field", "near"),
    [
        ("dead_line", "deadline"),
        ("Priority", "priority"),
        ("IDS", "ids"),
        ("prioritiy", "priority"),
        (" ids", "ids"),
    ],
)
def test_a_field_that_resembles_one_of_ours_is_refused(client: FlaskClient, field: str, near: str) -> None:
    answer = client.post("/ingest", json={**FIVE, field: 1})
    assert answer.status_code == 400
    assert answer.get_json()["details"] == {field: [f"is not known; did you mean {near}?"]}


@pytest.mark.parametrize("field", ["id", "name", "x", "callback_url", "", "a" * 1000])
def test_another_field_of_a_submission_is_tolerated(client: FlaskClient, field: str) -> None:
    assert client.post("/ingest", json={**FIVE, field: [{"a": None}]}).status_code == 200


def test_a_large_submission_is_held_to_the_same(client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 10_000_000
    text = json.dumps({**FIVE, "dead_line": None}).ljust(300_000)
    assert client.post("/ingest", data=text).get_json()["details"] == {
        "dead_line": ["is not known; did you mean deadline?"]
    }
    assert client.post("/ingest", data=json.dumps({**FIVE, "x": 1}).ljust(300_000)).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/ingestions/{}"), ("POST", "/ingestions/{}/retry")])
def test_any_other_field_of_a_change_is_refused(
    client: FlaskClient, simulation: Simulation, method: str, path: str
) -> None:
    body = {"priority": "HIGH", "deadline": None, "prio": 1}
    answer = client.open(path.format(simulation.submit([1])), method=method, json=body)
    assert answer.status_code == 400
    assert answer.get_json()["details"] == {
        "deadline": ["is not known; there is priority"],
        "prio": ["is not known; did you mean priority?"],
    }


def test_a_hostile_name_is_shown_in_short(client: FlaskClient) -> None:
    many = "&".join(f"{'n' * 5000}{number}=1" for number in range(50))
    answer = client.get(f"/slots?{many}")
    assert answer.status_code == 400
    assert len(answer.data) < 5000
