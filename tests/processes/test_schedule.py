"""The schedule of the real service against the slots that it then opens, in real time."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.load import PRIORITIES
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL_SECONDS = "0.1"
SUBMISSIONS = 100


def submit_while_paused(client: Client) -> list[str]:
    """Submit many ingestions of different sizes and priorities; no slot opens meanwhile."""
    assert client.ask("POST", "/dispatcher/pause").code == 200
    return [client.submit(range(1, 2 + n % 6), PRIORITIES[n % 3]) for n in range(SUBMISSIONS)]


def opened(database: Path) -> list[int]:
    """Return when each slot was opened, in nanoseconds on the monotonic clock."""
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT opened FROM slots ORDER BY number")]


def batches(slots: list[dict[str, Any]]) -> list[list[tuple[str, list[int]]]]:
    return [[(batch["batch_id"], batch["ids"]) for batch in slot["batches"]] for slot in slots]


def test_the_slots_open_as_they_were_scheduled(start: Start, client: Client, tmp_path: Path) -> None:
    start(INGEST_INTERVAL_SECONDS=INTERVAL_SECONDS, INGEST_SIMULATED_DELAY_SECONDS="0.01").until_healthy()
    submitted = submit_while_paused(client)
    planned = client.ask("GET", "/schedule?slots=1000").content["slots"]
    assert client.ask("POST", "/dispatcher/resume").code == 200
    eventually(lambda: all(client.completed(ingestion_id) for ingestion_id in submitted))
    past = client.ask("GET", "/slots?limit=1000").content["slots"]
    assert batches(planned) == batches(past[::-1])
    assert min(later - before for before, later in pairwise(opened(tmp_path / "ingest.db"))) >= 100_000_000
