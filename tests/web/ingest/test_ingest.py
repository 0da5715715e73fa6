"""POST /ingest: what is accepted, and what is said of what is not."""

import json
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.engine_kinds import over_every_engine
from tests.simulation import Simulation

ONE_ID = "must be an integer from 1 to 1000000007 (position {})"
SOME_IDS = "must be a non-empty list of integers from 1 to 1000000007"
SOME_PRIORITY = "must be one of HIGH, MEDIUM, LOW"
AN_OBJECT = 'must be a JSON object such as {"ids": [1, 2, 3], "priority": "HIGH"}'


@pytest.fixture
def engine_kind() -> str:
    """The faults of a body are named before an engine is asked, so most of these tests run over one."""
    return "embedded"


def ingest(client: FlaskClient, body: bytes | str, content_type: str = "application/json") -> TestResponse:
    return client.post("/ingest", data=body, content_type=content_type)


def submission(**fields: object) -> str:
    return json.dumps({"ids": [1, 2, 3], "priority": "HIGH"} | fields)


def details(response: TestResponse) -> object:
    """Return what is wrong with the fields, after a look at the rest of the answer."""
    assert response.status_code == 400
    assert response.content_type == "application/json"
    assert len(response.data) < 400
    body = response.get_json()
    assert set(body) == {"error", "details"}
    assert body["error"] == "Invalid input"
    return body["details"]


@over_every_engine
@pytest.mark.parametrize("priority", ["HIGH", "MEDIUM", "LOW"])
def test_a_good_submission_gets_an_id_and_its_location_and_is_kept(
    client: FlaskClient, simulation: Simulation, priority: str
) -> None:
    response = ingest(client, submission(ids=[1, 1_000_000_007, 1], priority=priority))
    assert response.status_code == 200
    assert response.get_json().keys() == {"ingestion_id"}
    ingestion_id = response.get_json()["ingestion_id"]
    assert response.headers["Location"] == f"/status/{ingestion_id}"
    kept = simulation.service.reports.progress(UUID(ingestion_id))
    assert (list(simulation.service.reports.ids(kept)), kept.ingestion.priority.name) == (
        [1, 1_000_000_007, 1],
        priority,
    )


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_good_body_is_accepted_under_any_content_type(client: FlaskClient, content_type: str) -> None:
    assert ingest(client, submission(), content_type).status_code == 200


@pytest.mark.parametrize("path", ["/ingest", "/ingest/", "//ingest", "//ingest//"])
def test_paths_work_as_clients_write_them(client: FlaskClient, path: str) -> None:
    assert client.post(data=submission(), environ_overrides={"PATH_INFO": path}).status_code == 200


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ([], SOME_IDS),
        (None, SOME_IDS),
        ("1,2,3", SOME_IDS),
        (7, SOME_IDS),
        ({"1": 2}, SOME_IDS),
        ([True], ONE_ID.format(0)),
        ([1, False], ONE_ID.format(1)),
        ([1, 2, 1.0], ONE_ID.format(2)),
        (["1"], ONE_ID.format(0)),
        ([1, None], ONE_ID.format(1)),
        ([[1]], ONE_ID.format(0)),
        ([0], ONE_ID.format(0)),
        ([-1], ONE_ID.format(0)),
        ([1, 1_000_000_008], ONE_ID.format(1)),
        ([2**63], ONE_ID.format(0)),
        ([10**4000], ONE_ID.format(0)),
        ([1, "a", "b", "c"], ONE_ID.format(1)),
    ],
)
def test_wrong_ids_are_named_with_the_place_of_the_first_bad_one(
    client: FlaskClient, ids: object, sentence: str
) -> None:
    assert details(ingest(client, submission(ids=ids))) == {"ids": [sentence]}


def test_too_many_ids_are_refused_with_the_most_that_are_allowed(client: FlaskClient) -> None:
    response = ingest(client, submission(ids=list(range(1, 12))))
    assert (response.status_code, response.get_json()) == (
        400,
        {
            "error": "Invalid input",
            "details": {"ids": ["must be at most 10 ids; these are 11"]},
            "limits": {"ids": 10},
        },
    )


@pytest.mark.parametrize("priority", ["high", "URGENT", "", None, 1, ["HIGH"], {"HIGH": 1}, True])
def test_a_wrong_priority_is_answered_with_what_is_allowed(client: FlaskClient, priority: object) -> None:
    assert details(ingest(client, submission(priority=priority))) == {"priority": [SOME_PRIORITY]}


def test_every_wrong_field_is_named(client: FlaskClient) -> None:
    assert details(ingest(client, '{"ids": [0], "priority": "x"}')) == {
        "ids": [ONE_ID.format(0)],
        "priority": [SOME_PRIORITY],
    }


def test_missing_fields_are_named(client: FlaskClient) -> None:
    assert details(ingest(client, "{}")) == {"ids": ["is required"], "priority": ["is required"]}


@pytest.mark.parametrize("body", ["null", "[]", "[1, 2]", "1", '"text"', json.dumps(submission())])
def test_json_that_is_not_an_object_is_refused(client: FlaskClient, body: str) -> None:
    assert details(ingest(client, body)) == {"body": [AN_OBJECT]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "EOF while parsing a value at line 1 column 0"),
        (b"ids=1&priority=HIGH", "expected value at line 1 column 1"),
        (b'{"ids": [1], "priority": "HIGH"', "EOF while parsing an object at line 1 column 31"),
        (b'{"ids": [NaN], "priority": "HIGH"}', None),
        (b'{"ids": [Infinity], "priority": "HIGH"}', None),
        (b'{"ids": [1], "priority": "\xff"}', None),
        (b"\xef\xbb\xbf", None),
        (b"[" * 30_000, None),
        (b'{"ids":' + b"[" * 30_000 + b"1" + b"]" * 30_000 + b"}", None),
        (b'{"ids": [' + b"9" * 5_000 + b'], "priority": "HIGH"}', None),
        (b'{"ids": [1], "priority": "HIGH", "more": ' + b'{"a":' * 500 + b"1" + b"}" * 501, None),
        (b"\0\1\2", None),
    ],
)
def test_a_body_that_is_not_json_gets_a_short_answer_never_a_500(
    client: FlaskClient, body: bytes, reason: str | None
) -> None:
    response = ingest(client, body)
    answered = details(response)
    assert isinstance(answered, dict)
    (sentences,) = answered.values()
    if reason is not None:
        assert sentences == [f"must be JSON: {reason}"]


@over_every_engine
def test_a_refused_submission_leaves_nothing_behind(client: FlaskClient, simulation: Simulation) -> None:
    ingest(client, submission(ids=[1, 2, 0]))
    assert list(simulation.engine.snapshot().waiting) == []


def test_a_body_over_the_limit_is_answered_with_the_limit(client: FlaskClient) -> None:
    response = ingest(client, b" " * 66_000)
    assert response.status_code == 413
    assert response.get_json() == {
        "error": "Request entity too large",
        "details": {"body": ["the body may have at most 65776 bytes"]},
    }
