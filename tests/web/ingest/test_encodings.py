"""Bodies in other encodings than plain UTF-8."""

import gzip
import json

import pytest
from flask.testing import FlaskClient

from tests.engine_kinds import over_the_embedded_engine
from tests.simulation import Simulation

# Bodies are read before an engine is asked.
pytestmark = over_the_embedded_engine

TEXT = '{"ids": [1, 2, 3], "priority": "HIGH"}'
LOOKS = "must be JSON in UTF-8; this looks like UTF-16 or UTF-32"


@pytest.mark.parametrize("length", [0, 300_000])
def test_a_byte_order_mark_is_no_obstacle(client: FlaskClient, length: int) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 10_000_000
    body = TEXT.ljust(length).encode("utf-8-sig")
    assert client.post("/ingest", data=body).status_code == 200


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("length", [0, 300_000])
def test_another_unicode_is_named(client: FlaskClient, encoding: str, length: int) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 10_000_000
    answer = client.post("/ingest", data=TEXT.ljust(length).encode(encoding))
    assert (answer.status_code, answer.get_json()["details"]) == (400, {"body": [LOOKS]})


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "gzip, identity", "x" * 5000])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/ingest"), ("PATCH", "/ingestions/{}"), ("POST", "/ingestions/{}/retry")]
)
def test_a_compressed_body_is_refused_with_a_sentence(
    client: FlaskClient, simulation: Simulation, method: str, path: str, encoding: str
) -> None:
    asked, body = path.format(simulation.submit([1])), gzip.compress(TEXT.encode())
    answer = client.open(asked, method=method, data=body, headers={"Content-Encoding": encoding})
    assert (answer.status_code, len(answer.data) < 400) == (415, True)
    (sentence,) = answer.get_json()["details"]["Content-Encoding"]
    assert sentence == f"{encoding[:100]} is not supported; send the body as it is"


@pytest.mark.parametrize("encoding", ["identity", ""])
def test_no_encoding_may_be_named(client: FlaskClient, encoding: str) -> None:
    answer = client.post("/ingest", data=TEXT, headers={"Content-Encoding": encoding})
    assert answer.status_code == 200
    assert json.loads(answer.data).keys() == {"ingestion_id"}
