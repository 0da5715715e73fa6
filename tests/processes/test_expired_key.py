"""A key that has expired: nothing is burnt, whatever happens meanwhile, and all runs once it is mended."""

import json
import signal
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random

import pytest

from ingest_service.service import CREDENTIALS_REFUSED
from ingest_service.upstreams.fake import Arrival, Connection, FakeUpstream, ok, status
from tests.processes.client import Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 0.2
COUNT = 24
KILLS = 6
NEW = {"Authorization": "Bearer new"}
REFUSED, GOOD = status(401, b'{"error": "The key has expired"}'), ok()


def guarded(arrival: Arrival, connection: Connection) -> None:
    """Answer well to the new key only."""
    answer = GOOD if arrival.headers.get("authorization") == NEW["Authorization"] else REFUSED
    answer(arrival, connection)


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    """An upstream with a new key."""
    with FakeUpstream(3, INTERVAL, guarded) as upstream:
        yield upstream


@pytest.fixture
def environ(upstream: FakeUpstream, tmp_path: Path) -> dict[str, str]:
    """The settings of a service that burns an id with its first error, with the old key in a file."""
    headers = tmp_path / "headers.json"
    headers.write_text('{"Authorization": "Bearer old"}')
    return settings(
        tmp_path,
        INGEST_UPSTREAM_URL=upstream.url,
        INGEST_UPSTREAM_HEADERS_FILE=str(headers),
        INGEST_INTERVAL_SECONDS=str(INTERVAL),
        INGEST_LINGER_SECONDS="0",
        INGEST_BACKOFF_SECONDS="0.1",
        INGEST_MAX_ATTEMPTS="1",
    )


def mended_in_file(environ: Mapping[str, str]) -> Mapping[str, str]:
    path = Path(environ["INGEST_UPSTREAM_HEADERS_FILE"])
    beside = path.with_name("beside")
    beside.write_text(json.dumps(NEW))
    beside.replace(path)
    return environ


def mended_in_variable(environ: Mapping[str, str]) -> Mapping[str, str]:
    rest = {name: value for name, value in environ.items() if name != "INGEST_UPSTREAM_HEADERS_FILE"}
    return {**rest, "INGEST_UPSTREAM_HEADERS": json.dumps(NEW)}


def arrived_after(upstream: FakeUpstream, before: int) -> bool:
    return len(upstream.arrivals) > before


def refused(client: Client) -> bool:
    """Return whether the service is not ready, for this reason alone."""
    answer = client.ask("GET", "/ready")
    return answer.code == 503 and bool(answer.content["details"] == {"upstream": [CREDENTIALS_REFUSED]})


def require_results(client: Client, ingestion_id: str) -> None:
    """Wait for the end of all ids: each has a result."""
    eventually(lambda: client.completed(ingestion_id))
    results = [(one["id"], one.get("error")) for one in client.results(ingestion_id)]
    assert results == [(record_id, None) for record_id in range(1, COUNT + 1)]
    assert client.ask("GET", "/ready").code == 200


def test_a_key_that_is_mended_in_its_file_needs_no_restart(
    upstream: FakeUpstream, environ: dict[str, str], tmp_path: Path
) -> None:
    with Running(WSGI, environ, tmp_path / "log") as running, Client(int(environ["INGEST_PORT"])) as client:
        running.until_healthy()
        ingestion_id = client.submit(range(1, COUNT + 1), "MEDIUM")
        eventually(lambda: refused(client))
        mended_in_file(environ)
        require_results(client, ingestion_id)
        printed = running.printed
    assert upstream.refused == 0
    assert "the upstream refuses the credentials" in printed
    assert "the upstream accepts the credentials again" in printed
    assert "Bearer" not in printed


def test_across_kill_9_while_the_key_is_refused_no_id_fails(
    upstream: FakeUpstream, environ: dict[str, str], tmp_path: Path
) -> None:
    chance, log, ingestion_id = Random(1), tmp_path / "log", ""
    for _ in range(KILLS):
        with Running(WSGI, environ, log) as running, Client(int(environ["INGEST_PORT"])) as client:
            running.until_healthy()
            ingestion_id = ingestion_id or client.submit(range(1, COUNT + 1), "MEDIUM")
            before = len(upstream.arrivals)
            eventually(partial(arrived_after, upstream, before))
            time.sleep(chance.random() * 2 * INTERVAL)
            running.kill()
    environ = dict(mended_in_variable(environ))
    with Running(WSGI, environ, log) as running, Client(int(environ["INGEST_PORT"])) as client:
        running.until_healthy()
        require_results(client, ingestion_id)
        assert running.stop(signal.SIGTERM) == 0
    assert upstream.refused == 0
