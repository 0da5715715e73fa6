"""The first slot after a restart, as the upstream sees it."""

import re
import shutil
import time
from pathlib import Path

import pytest

from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.rate_checker import RateChecker
from tests.processes.running import SERVED, Running
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 3_000_000_000


@pytest.fixture
def environ(environ: dict[str, str], checker: RateChecker) -> dict[str, str]:
    changes = {
        "INGEST_INTERVAL_SECONDS": "3",
        "INGEST_GUARD_SECONDS": "0.02",
        "RATE_CHECKER_PORT": str(checker.port),
    }
    return {**environ, **changes}


def serve_one_slot(start: Start, client: Client, checker: RateChecker) -> None:
    """Submit two full slots and stop when the first of them was called."""
    with start(SERVED).until_healthy() as served:
        ingestion_id = client.submit(range(1, 7), "LOW")
        eventually(lambda: client.batch_statuses(ingestion_id).count("completed") == 1)
        client.close()
        assert served.stop() == 0
    assert len(checker.arrivals) == 3
    # Counting from the start-up and counting from the last slot must not come to the same.
    time.sleep(2)


def last_and_next(start: Start, checker: RateChecker) -> tuple[int, int, Running]:
    """Start again; return the time of the last call before, that of the next one, and the process."""
    before = len(checker.arrivals)
    served = start(SERVED)
    eventually(lambda: len(checker.arrivals) > before)
    return checker.arrivals[before - 1].at, checker.arrivals[before].at, served


def test_a_restart_counts_the_interval_from_the_last_slot(
    start: Start, client: Client, checker: RateChecker
) -> None:
    serve_one_slot(start, client, checker)
    last, following, served = last_and_next(start, checker)
    assert last + INTERVAL <= following < started_at(served) + INTERVAL


def started_at(served: Running) -> int:
    """Return when the service of the process was started, long after the process itself on a busy machine."""
    return int(re.findall(r"starting at (\d+) ns", served.printed)[-1])


@pytest.mark.parametrize("files", [["ingest.db"], ["ingest.db", "ingest.db.lock"]], ids="+".join)
def test_a_restored_backup_waits_a_whole_interval(
    start: Start, client: Client, checker: RateChecker, tmp_path: Path, files: list[str]
) -> None:
    serve_one_slot(start, client, checker)
    backup = tmp_path / "backup"
    backup.mkdir()
    for file in files:
        shutil.copy(tmp_path / file, backup)
    _, _, served = last_and_next(start, checker)
    assert served.stop() == 0
    shutil.copytree(backup, tmp_path, dirs_exist_ok=True)
    _, following, served = last_and_next(start, checker)
    assert following >= served.spawned + INTERVAL


def test_a_removed_lock_file_waits_a_whole_interval(
    start: Start, client: Client, checker: RateChecker, tmp_path: Path
) -> None:
    serve_one_slot(start, client, checker)
    (tmp_path / "ingest.db.lock").unlink()
    _, following, served = last_and_next(start, checker)
    assert following >= served.spawned + INTERVAL
