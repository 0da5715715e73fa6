"""The audit of a service that was killed, and of one whose database was changed behind its back."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

KILLS = 5


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {
        **environ,
        "INGEST_INTERVAL_SECONDS": "0.2",
        "INGEST_LINGER_SECONDS": "0",
        "INGEST_SIMULATED_DELAY_SECONDS": "0.1",
    }


@pytest.fixture
def audit(environ: dict[str, str]) -> Callable[[], dict[str, Any]]:
    """Ask for an audit."""

    def ask() -> dict[str, Any]:
        with urlopen(f"http://127.0.0.1:{environ['INGEST_PORT']}/audit") as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    return ask


def change(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "ingest.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_service_that_was_killed_again_and_again_has_a_clean_ledger(
    start: Start, client: Client, audit: Callable[[], dict[str, Any]]
) -> None:
    for number in range(KILLS):
        process = start().until_healthy()
        client.submit(range(1, 8), ("LOW", "MEDIUM", "HIGH")[number % 3])
        time.sleep(0.35 + number * 0.07)
        process.kill()
        client.close()
    start().until_healthy()
    last = client.submit([9], "LOW")
    eventually(lambda: client.batch_statuses(last) == ["completed"])
    found = audit()
    assert (found["clean"], found["named"]) == (True, [])
    assert found["calls"] >= KILLS * 7 + 1
    assert found["chain"]["slots"] == found["slots"]


@pytest.mark.parametrize(
    ("statements", "slot"),
    [
        (["UPDATE slots SET opened_at = opened_at + 1 WHERE number = 3"], 3),
        (["UPDATE calls SET record_id = 77 WHERE slot = 3"], 3),
        (["DELETE FROM calls WHERE slot = 3", "DELETE FROM slots WHERE number = 3"], 4),
        (
            [
                "UPDATE slots SET number = -number WHERE number IN (2, 3)",
                "UPDATE slots SET number = 5 + number WHERE number < 0",
                "UPDATE calls SET slot = 5 - slot WHERE slot IN (2, 3)",
            ],
            2,
        ),
    ],
    ids=["slot", "call", "missing", "reordered"],
)
def test_a_database_that_was_changed_behind_its_back_is_found_out(
    start: Start,
    client: Client,
    audit: Callable[[], dict[str, Any]],
    tmp_path: Path,
    statements: list[str],
    slot: int,
) -> None:
    start().until_healthy()
    ingestion = client.submit(range(1, 19), "LOW")
    eventually(lambda: {*client.batch_statuses(ingestion)} == {"completed"})
    assert audit()["clean"]
    change(tmp_path, *statements)
    found = audit()
    assert not found["clean"]
    assert found["chain"]["first_broken"] == slot
    assert any(one["kind"] == "chain" and f"slot {slot}" in one["sentence"] for one in found["named"])
