"""When the first slot after a restart opens, as the judge sees it."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.judge import Judge
from tests.processes.running import SERVED, Running
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 3_000_000_000


@pytest.fixture
def judge() -> Iterator[Judge]:
    with Judge(seed=1) as judge:
        yield judge


@pytest.fixture
def environ(environ: dict[str, str], judge: Judge) -> dict[str, str]:
    changes = {"INGEST_INTERVAL_SECONDS": "3", "INGEST_GUARD_SECONDS": "0.02", "JUDGE_PORT": str(judge.port)}
    return {**environ, **changes}


def serve_one_slot(start: Start, client: Client, judge: Judge) -> None:
    """Submit two full slots and stop when the first of them was called."""
    with start(SERVED).until_healthy() as served:
        ingestion_id = client.submit(range(1, 7), "LOW")
        eventually(lambda: client.batch_statuses(ingestion_id).count("completed") == 1)
        client.close()
        assert served.stop() == 0
    assert len(judge.arrivals) == 3
    # Counting from the start-up and counting from the last slot must not come to the same.
    time.sleep(1)


def last_and_next(start: Start, judge: Judge) -> tuple[int, int, Running]:
    """Start again; return when the last call came, when the next one does, and what runs."""
    before = len(judge.arrivals)
    served = start(SERVED)
    eventually(lambda: len(judge.arrivals) > before)
    return judge.arrivals[before - 1].at, judge.arrivals[before].at, served


def test_a_restart_counts_the_interval_from_the_last_slot(start: Start, client: Client, judge: Judge) -> None:
    serve_one_slot(start, client, judge)
    last, following, served = last_and_next(start, judge)
    assert last + INTERVAL <= following < served.spawned + INTERVAL


@pytest.mark.parametrize("files", [["ingest.db"], ["ingest.db", "ingest.db.lock"]], ids="+".join)
def test_a_restored_backup_waits_a_whole_interval(
    start: Start, client: Client, judge: Judge, tmp_path: Path, files: list[str]
) -> None:
    serve_one_slot(start, client, judge)
    backup = tmp_path / "backup"
    backup.mkdir()
    for file in files:
        shutil.copy(tmp_path / file, backup)
    _, _, served = last_and_next(start, judge)
    assert served.stop() == 0
    shutil.copytree(backup, tmp_path, dirs_exist_ok=True)
    _, following, served = last_and_next(start, judge)
    assert following >= served.spawned + INTERVAL


def test_a_removed_lock_file_waits_a_whole_interval(
    start: Start, client: Client, judge: Judge, tmp_path: Path
) -> None:
    serve_one_slot(start, client, judge)
    (tmp_path / "ingest.db.lock").unlink()
    _, following, served = last_and_next(start, judge)
    assert following >= served.spawned + INTERVAL
