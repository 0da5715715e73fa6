"""If-None-Match as RFC 9110 (13.1.2) has it: an asterisk, weak tags, several tags."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from tests.simulation import Simulation

RESOURCES = ["/status/{}", "/ingestions/{}", "/ingestions/{}/batches", "/openapi.json", "/docs"]


@pytest.fixture
def ingestion_id(simulation: Simulation) -> UUID:
    return simulation.submit([1, 2, 3, 4])


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    "condition",
    ["{}", "W/{}", '"other", {}', '"other",W/{} , "more"', '"a, b", {}', '"", {}', "*", '"other",\t{}'],
)
def test_a_client_that_has_it_is_not_sent_it_again(
    client: FlaskClient, ingestion_id: UUID, resource: str, condition: str
) -> None:
    path = resource.format(ingestion_id)
    tag = client.get(path).headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": condition.format(tag)})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    "condition", ["", '"other"', 'W/"other", "more"', '"*"', 'W/"*"', '"{}x"', '"W/{}"', ",,", '"']
)
def test_a_client_that_has_something_else_is_sent_it(
    client: FlaskClient, ingestion_id: UUID, resource: str, condition: str
) -> None:
    path = resource.format(ingestion_id)
    tag = client.get(path).headers["ETag"].strip('"')
    assert client.get(path, headers={"If-None-Match": condition.format(tag)}).status_code == 200


@pytest.mark.parametrize("condition", ["*", '"other"'])
def test_what_is_not_there_is_not_found_whatever_the_condition(client: FlaskClient, condition: str) -> None:
    assert client.get(f"/status/{uuid4()}", headers={"If-None-Match": condition}).status_code == 404


def test_a_submission_has_no_condition(client: FlaskClient) -> None:
    body = {"ids": [1], "priority": "LOW"}
    assert client.post("/ingest", json=body, headers={"If-None-Match": "*"}).status_code == 200
