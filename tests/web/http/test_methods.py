"""HEAD, OPTIONS and the methods that are not allowed, on every path."""

from collections import defaultdict
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Outcome
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.engines.places import EmbeddedPlace
from tests.simulation import Simulation
from tests.web.declared import TABLE

METHODS: dict[str, set[str]] = defaultdict(set)
for _route in TABLE:
    _method, _path = _route.split()
    METHODS[_path].add(_method)
READ = sorted(path for path, methods in METHODS.items() if "GET" in methods)
# They name the moment, and one counts what was asked, so that no two answers are the same.
CHANGING = {
    "/metrics": {"Content-Length"},
    "/board": {"X-Server-Time"},
    "/board/ingestions": {"X-Server-Time"},
    "/board/ingestions/{ingestion_id}": {"X-Server-Time"},
}


class CountingRecords(SqliteRecords):
    """Records that count the pages of outcomes that were read from it."""

    pages = 0

    def outcomes(
        self, ingestion_id: UUID, after: int, limit: int, most_characters: int | None = None
    ) -> list[tuple[int, Outcome]] | None:
        self.pages += 1
        return super().outcomes(ingestion_id, after, limit, most_characters)


@pytest.fixture
def ingestion_id(simulation: Simulation) -> UUID:
    """An ingestion with enough batches for its status to be sent in pieces."""
    return simulation.submit(range(1, 4000))


@pytest.mark.parametrize("accept", ["*/*", "application/x-ndjson"])
@pytest.mark.parametrize("path", READ)
def test_head_answers_as_get_does_but_without_a_body(
    client: FlaskClient, ingestion_id: UUID, path: str, accept: str
) -> None:
    asked, headers = path.format(ingestion_id=ingestion_id), {"Accept": accept, "X-Request-ID": "mine"}
    head, get = client.head(asked, headers=headers), client.get(asked, headers=headers)
    assert head.data == b""
    assert head.status_code == get.status_code
    without = CHANGING.get(path, set())
    assert [one for one in head.headers if one[0] not in without] == [
        one for one in get.headers if one[0] not in without
    ]


def test_head_says_that_nothing_has_changed(client: FlaskClient, ingestion_id: UUID) -> None:
    path = f"/status/{ingestion_id}"
    tag = client.head(path).headers["ETag"]
    assert client.head(path, headers={"If-None-Match": tag}).status_code == 304


def test_head_of_an_answer_in_pieces_reads_no_more_than_the_first() -> None:
    simulation = Simulation(place=EmbeddedPlace(records=CountingRecords))
    assert isinstance(simulation.records, CountingRecords)
    path = f"/ingestions/{simulation.submit([1, 2, 3])}/results"
    client = create_app(simulation.service, Settings.from_environ({})).test_client()
    lines = {"Accept": "application/x-ndjson"}
    simulation.run()
    client.head(path, headers=lines)
    assert simulation.records.pages == 1
    assert len(client.get(path, headers=lines).text.splitlines()) == 3
    assert simulation.records.pages == 2


@pytest.mark.parametrize("path", METHODS)
def test_options_lists_what_is_allowed(client: FlaskClient, ingestion_id: UUID, path: str) -> None:
    answer = client.options(path.format(ingestion_id=ingestion_id))
    heads = {"HEAD"} if "GET" in METHODS[path] else set()
    assert (answer.status_code, answer.data) == (200, b"")
    assert set(answer.allow) == METHODS[path] | heads | {"OPTIONS"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", METHODS)
def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(
    client: FlaskClient, ingestion_id: UUID, path: str, method: str
) -> None:
    asked = path.format(ingestion_id=ingestion_id)
    allowed = set(client.options(asked).allow)
    if method in allowed:
        return
    answer = client.open(asked, method=method)
    assert (answer.status_code, set(answer.allow)) == (405, allowed)
    assert (answer.data == b"") is (method == "HEAD")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE"])
def test_on_an_unknown_path_no_method_is_allowed(client: FlaskClient, method: str) -> None:
    assert client.open("/nothing", method=method).status_code == 404
