"""Any number of results is streamed: the answer is far larger than the part of it in memory."""

import sqlite3
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

import pytest

from benchmarks.ports import HOST
from benchmarks.serving import REAL, serving
from ingest_service.app import build_service, create_app
from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from tests.upstreams.calling import Memory

pytestmark = pytest.mark.slow

COUNT = 300_000
RESULT = '{"data":"' + "x" * 150 + '"}'
LEAST_SIZE = COUNT * len(RESULT)
LINES = {"Accept": "application/x-ndjson"}
HAS_PROC = Path("/proc/self/status").exists()

FILL = """
    DELETE FROM backlog;
    INSERT INTO outcomes (sequence, position, record_id, result, attempts, last_status)
    WITH RECURSIVE places (place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM places WHERE place < {last})
    SELECT 1, place, place + 1, '{result}', 1, 200 FROM places;
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


@pytest.fixture
def ingestion_id(database: Path) -> UUID:
    """A finished ingestion with a result for each of many ids, in a database that no process has open."""
    service = build_service(settings_of(database))
    service.start()
    ingestion_id = service.submit(range(1, COUNT + 1), Priority.LOW)
    service.stop()
    connection = sqlite3.connect(database)
    connection.executescript(f"BEGIN; {FILL.format(last=COUNT - 1, result=RESULT)} COMMIT;")
    connection.close()
    return ingestion_id


def settings_of(database: Path) -> Settings:
    return Settings.from_environ({"INGEST_DATABASE_URL": f"sqlite:///{database}"})


def path_of(ingestion_id: UUID) -> str:
    return f"/ingestions/{ingestion_id}/results"


def most_memory(process: int) -> int:
    """Return the most bytes that a process ever had in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (words,) = [line.split() for line in lines if line.startswith("VmHWM:")]
    return int(words[1]) * 1024


def read_all(port: int, path: str) -> tuple[int, int]:
    """Read an answer piece by piece; return how many bytes and lines it has."""
    connection = HTTPConnection(HOST, port, timeout=60)
    connection.request("GET", path, headers=LINES)
    answer = connection.getresponse()
    size = lines = 0
    while piece := answer.read(65_536):
        size, lines = size + len(piece), lines + piece.count(b"\n")
    connection.close()
    return size, lines


def test_a_stream_of_results_holds_a_page_at_a_time(database: Path, ingestion_id: UUID) -> None:
    service = build_service(settings_of(database))
    service.start()
    client = create_app(service, settings_of(database)).test_client()
    with Memory() as memory:
        response = client.get(path_of(ingestion_id), headers=LINES, buffered=False)
        size = sum(len(piece) for piece in response.iter_encoded())
        peak = memory.peak
    response.close()
    service.stop()
    assert size > LEAST_SIZE
    assert peak < LEAST_SIZE / 10


@pytest.mark.skipif(not HAS_PROC, reason="only Linux reports the peak memory of a process")
def test_a_server_that_streams_results_does_not_grow_with_them(database: Path, ingestion_id: UUID) -> None:
    with serving(database, *REAL) as (port, process):
        before = most_memory(process)
        size, lines = read_all(port, path_of(ingestion_id))
        growth = most_memory(process) - before
    assert (size > LEAST_SIZE, lines) == (True, COUNT)
    assert growth < LEAST_SIZE / 2
