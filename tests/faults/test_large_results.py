"""Results of many megabytes each, taken by many clients at once."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.faults.flooded import Flooded, flooded
from tests.faults.honest import honest
from tests.processes.client import HOST, Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

CHARACTERS = 5_000_000


@pytest.fixture(scope="module")
def count(scale: Callable[[int, int], int]) -> int:
    """The number of large results."""
    return scale(4, 20)


def completed(folder: Path, ids: int) -> str:
    """Run a service until an ingestion is completed, and return its id."""
    environ = settings(folder, INGEST_SIMULATED_DELAY_SECONDS="0.01", INGEST_INTERVAL_SECONDS="0.05")
    with (
        Running(WSGI, environ, folder / "log") as running,
        Client(int(environ["INGEST_PORT"])) as client,
    ):
        running.until_healthy()
        ingestion_id = client.submit(range(1, ids + 1), "LOW")
        eventually(lambda: client.completed(ingestion_id))
        running.stop()
    return ingestion_id


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, count: int) -> Iterator[tuple[Flooded, str]]:
    """A service, and an ingestion whose results are large."""
    folder = tmp_path_factory.mktemp("large")
    ingestion_id = completed(folder, count)
    with closing(sqlite3.connect(folder / "ingest.db")) as connection, connection:
        connection.execute("UPDATE outcomes SET result = ?", [f'"{"é" * CHARACTERS}"'])
    with flooded(folder) as service:
        yield service, ingestion_id


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_clients_that_take_large_results_take_no_memory_and_hold_nothing_up(
    large: tuple[Flooded, str],
    count: int,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
    say: Callable[[str], None],
    accept: str,
) -> None:
    service, ingestion_id = large
    url = f"http://{HOST}:{service.port}/ingestions/{ingestion_id}/results?limit=100"
    clients = scale(8, 16)

    def take(_: int) -> int:
        taken, with_lines = 0, accept != "application/json"
        with requests.get(url, headers={"Accept": accept}, stream=True, timeout=120) as answer:
            for piece in answer.iter_content(1_000_000):
                taken += len(piece)
        assert answer.status_code == 200
        return taken // (2 * CHARACTERS) // (count if with_lines else 1)

    with honest(service) as seen, ThreadPoolExecutor(clients) as pool:
        assert list(pool.map(take, range(clients))) == [1] * clients
    tried = f"{clients} clients that take {count} of {2 * CHARACTERS / 1e6:.0f} MB at once"
    say(f"{tried}, {accept}: {seen}")
    seen.assert_served(in_time=bool(scale(0, 1)), most_megabytes=400)
    figure(f"large results, {accept}", tried, str(seen))
