"""Results of many megabytes each, taken by many clients at once."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.processes.client import HOST, Client
from tests.processes.conftest import Start
from tests.processes.honest import INTERVAL_SECONDS, assert_served, honest
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

Say = Callable[[str], None]
COUNT = 20
CHARACTERS = 5_000_000
CLIENTS = 16


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_clients_that_take_large_results_take_no_memory_and_hold_nothing_up(
    start: Start, environ: dict[str, str], client: Client, tmp_path: Path, say: Say, accept: str
) -> None:
    environ["INGEST_SIMULATED_DELAY_SECONDS"] = "0.01"
    running = start(INGEST_INTERVAL_SECONDS="0.05").until_healthy()
    ingestion_id = client.submit(range(1, COUNT + 1), "LOW")
    eventually(lambda: client.completed(ingestion_id))
    running.stop()
    with closing(sqlite3.connect(tmp_path / "ingest.db")) as connection, connection:
        connection.execute("UPDATE outcomes SET result = ?", [f'"{"é" * CHARACTERS}"'])
    running = start(INGEST_INTERVAL_SECONDS=str(INTERVAL_SECONDS)).until_healthy()
    port = int(environ["INGEST_PORT"])
    url = f"http://{HOST}:{port}/ingestions/{ingestion_id}/results?limit=100"

    def take(_: int) -> int:
        taken, with_lines = 0, accept != "application/json"
        with requests.get(url, headers={"Accept": accept}, stream=True, timeout=120) as answer:
            for piece in answer.iter_content(1_000_000):
                taken += len(piece)
        assert answer.status_code == 200
        return taken // (2 * CHARACTERS) // (COUNT if with_lines else 1)

    with honest(running, port, tmp_path / "ingest.db") as seen, ThreadPoolExecutor(CLIENTS) as pool:
        assert list(pool.map(take, range(CLIENTS))) == [1] * CLIENTS
    assert_served(
        seen, say, f"{CLIENTS} clients that take {COUNT} results of {2 * CHARACTERS / 1e6:.0f} MB, {accept}"
    )
    assert seen.grown < 400
