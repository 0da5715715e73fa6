"""Large submissions, large backlogs and many clients."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.processes.backlogs import write_backlog
from tests.processes.client import Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow

MILLION = 1_000_000
Say = Callable[[str], None]


def select(tmp_path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(tmp_path / "ingest.db")) as connection:
        return connection.execute(query).fetchall()


def pause(tmp_path: Path) -> None:
    """Pause the dispatcher as an operator does, before the service is started."""
    with closing(sqlite3.connect(tmp_path / "ingest.db")) as connection, connection:
        connection.execute("INSERT INTO operator_pause (one, at) VALUES (1, 0)")


def status_of(port: int, ingestion_id: str) -> Any:
    with Client(port) as client:
        return client.status(ingestion_id)


def test_a_million_ids_are_one_row_and_do_not_hold_up_other_clients(
    start: Start, client: Client, environ: dict[str, str], tmp_path: Path, say: Say
) -> None:
    start().until_healthy()
    small = client.submit([1], "LOW")
    large = client.submit(range(1, MILLION + 1), "HIGH")
    answers = 0
    with ThreadPoolExecutor(1) as pool:
        status = pool.submit(status_of, int(environ["INGEST_PORT"]), large)
        while not status.done():
            answers += client.status(small)["ingestion_id"] == small
    batches = status.result()["batches"]
    say(f"{len(batches)} batches in one status; {answers} other requests answered meanwhile")
    assert [record_id for batch in batches for record_id in batch["ids"]] == list(range(1, MILLION + 1))
    assert len({batch["batch_id"] for batch in batches}) == 333_334
    assert answers >= 5
    assert select(tmp_path, "SELECT count(*) FROM ingestions") == [(2,)]


def test_a_start_takes_up_a_hundred_thousand_waiting_ingestions(
    start: Start, client: Client, tmp_path: Path
) -> None:
    write_backlog(tmp_path / "ingest.db", 100_000)
    pause(tmp_path)
    start().until_healthy()
    client.submit([1], "HIGH")
    waiting = client.ask("GET", "/dispatcher").content["backlog"].values()
    assert sum(one["ingestions"] for one in waiting) == 100_001
    assert sum(one["ids"] for one in waiting) == 400_001


def submit_some(port: int, first: int) -> list[str]:
    """Be one client that submits five times and polls, all through one connection."""
    with Client(port) as client:
        client.connection.connect()
        connected = client.connection.sock
        ingestion_ids = [client.submit([first, number + 1], "MEDIUM") for number in range(5)]
        assert client.batch_statuses(ingestion_ids[0])
        assert client.connection.sock is connected
        return ingestion_ids


def test_what_64_clients_submit_at_once_is_accepted_in_one_order(
    start: Start, environ: dict[str, str], tmp_path: Path
) -> None:
    start().until_healthy()
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(submit_some, [int(environ["INGEST_PORT"])] * 64, range(1, 65)))
    ingestion_ids = {ingestion_id for answer in answers for ingestion_id in answer}
    assert len(ingestion_ids) == 320
    rows = select(tmp_path, "SELECT sequence, created_at, hex(id) FROM ingestions ORDER BY sequence")
    sequences, created, kept = zip(*rows, strict=True)
    assert list(sequences) == list(range(sequences[0], sequences[0] + 320))
    assert list(created) == sorted(created)
    assert {ingestion_id.replace("-", "").upper() for ingestion_id in ingestion_ids} == set(kept)
