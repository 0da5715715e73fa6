"""If-Match (RFC 9110, 13.1.1) where something is changed, and odd headers everywhere."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from tests.simulation import Simulation
from tests.web.declared import TABLE

CHANGES = [("PATCH", {"priority": "HIGH"}), ("DELETE", None)]


@pytest.fixture
def ingestion_id(simulation: Simulation) -> UUID:
    return simulation.submit([1, 2, 3, 4], "LOW")


@pytest.mark.parametrize(("method", "body"), CHANGES)
@pytest.mark.parametrize("condition", ["{}", '"other", {}', "*"])
def test_what_is_as_the_client_has_it_is_changed(
    client: FlaskClient, ingestion_id: UUID, method: str, body: object, condition: str
) -> None:
    path = f"/ingestions/{ingestion_id}"
    known = condition.format(client.get(path).headers["ETag"])
    assert client.open(path, method=method, json=body, headers={"If-Match": known}).status_code == 200


@pytest.mark.parametrize(("method", "body"), CHANGES)
@pytest.mark.parametrize("condition", ['"other"', "W/{}", "", '"*"', "nonsense"])
def test_what_is_not_is_left_as_it_is(
    client: FlaskClient, ingestion_id: UUID, method: str, body: object, condition: str
) -> None:
    path = f"/ingestions/{ingestion_id}"
    before = client.get(path)
    known = condition.format(before.headers["ETag"])
    answer = client.open(path, method=method, json=body, headers={"If-Match": known})
    assert answer.status_code == 412
    assert answer.get_json() == {
        "error": "Precondition failed",
        "details": {"If-Match": ["the ingestion is not as this tag says any more; read it again"]},
    }
    assert client.get(path).data == before.data


@pytest.mark.parametrize(("method", "body"), CHANGES)
def test_what_has_changed_since_is_left_as_it_is(
    client: FlaskClient, simulation: Simulation, ingestion_id: UUID, method: str, body: object
) -> None:
    path = f"/ingestions/{ingestion_id}"
    known = {"If-Match": client.get(path).headers["ETag"]}
    simulation.run_slot()
    assert client.open(path, method=method, json=body, headers=known).status_code == 412


@pytest.mark.parametrize(("method", "body"), CHANGES)
def test_what_is_not_there_is_not_found_whatever_the_condition(
    client: FlaskClient, method: str, body: object
) -> None:
    answer = client.open(f"/ingestions/{uuid4()}", method=method, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 404


ODD = [
    {"If-Match": '"x"'},
    {"If-Match": '"x"', "Accept": "application/problem+json"},
    {"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    {"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"},
    {"Range": "bytes=0-1"},
    {"Range": "bytes=999999999-"},
    {"Range": "bytes=0-1", "If-Range": '"x"'},
    {"Accept": "text/plain;version=x"},
    {"Accept": "application/openmetrics-text;version=x"},
    {"Accept": "text/plain;version=1.0.0;escaping=x"},
    {"Accept": ";;;,,,q=;q=x"},
    {"If-None-Match": '"'},
    {"Accept-Language": "\x80", "Cookie": "=;=", "Authorization": "Basic !", "X-Forwarded-For": ",,"},
    {"Content-Type": "multipart/form-data; boundary=", "Content-Length": "0"},
]
READ = sorted(route.removeprefix("GET ") for route in TABLE if route.startswith("GET "))


@pytest.mark.parametrize("headers", ODD)
@pytest.mark.parametrize("path", [*READ, "/docs/start.js", "/nothing"])
def test_an_odd_header_is_ignored_where_something_is_read(
    client: FlaskClient, ingestion_id: UUID, path: str, headers: dict[str, str]
) -> None:
    asked = path.format(ingestion_id=ingestion_id)
    usual = client.get(asked, buffered=True).status_code
    assert client.get(asked, headers=headers, buffered=True).status_code == usual


@pytest.mark.parametrize("headers", ODD)
def test_an_odd_header_does_no_harm_where_something_is_submitted(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.post("/ingest", data=b'{"ids":[1],"priority":"LOW"}', headers=headers).status_code in (200, 400)
