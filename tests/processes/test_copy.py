"""Copies between real databases: killed in the middle, and between two runs of the service."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from ingest_service.stores.sql.copying import TABLES
from tests.copying.filled import url_of
from tests.processes.backlogs import write_backlog
from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.rate_checker import RateChecker
from tests.processes.running import ROOT, SERVED
from tests.processes.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow

REFUSED = 2
INTERVAL = 2_000_000_000
SLOT = 3
COPYING = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY %' AND datname = current_database()"


def copying(source: Path | str, target: Path | str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ingest_service", "copy", url_of(source), url_of(target)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def copy(source: Path | str, target: Path | str) -> tuple[int, str]:
    """Copy; return the exit code and what was printed."""
    with copying(source, target) as process, ExitStack() as ending:
        ending.callback(process.kill)
        stdout, stderr = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, stdout + stderr


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode()).fetchall()


def rows_in(place: Path | str) -> list[str]:
    """Return the tables that have rows."""
    if isinstance(place, str):
        return [table for table in TABLES if ask(place, f"SELECT 1 FROM {table} LIMIT 1")]
    with closing(sqlite3.connect(place)) as connection:
        return [table for table in TABLES if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()]


def end_in_the_middle(process: subprocess.Popen[str], is_begun: Callable[[], bool], signum: int) -> str:
    """Send a signal to a copy once it has begun to write; return what it says."""
    with process, ExitStack() as ending:
        ending.callback(process.kill)
        eventually(lambda: is_begun() or process.poll() is not None)
        process.send_signal(signum)
        _, stderr = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode != 0
    return stderr


def has_written(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 1_000_000


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_a_copy_that_is_ended_in_the_middle_leaves_the_target_empty_and_can_be_made_again(
    tmp_path: Path, postgres_url: str, signum: int
) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    write_backlog(first, 50_000)
    said = end_in_the_middle(copying(first, postgres_url), lambda: bool(ask(postgres_url, COPYING)), signum)
    assert rows_in(postgres_url) == []
    expected = "" if signum == signal.SIGKILL else "ingest_service: interrupted; nothing was copied\n"
    assert said == expected
    assert copy(first, postgres_url)[0] == 0
    end_in_the_middle(copying(postgres_url, second), lambda: has_written(second), signum)
    assert rows_in(second) == []
    code, printed = copy(postgres_url, second)
    assert (code, printed.splitlines()[0]) == (
        0,
        "copied 50,000 ingestions with 200,000 ids (200,000 of them wait) and 0 slots",
    )


@pytest.fixture
def environ(environ: dict[str, str], checker: RateChecker) -> dict[str, str]:
    changes = {
        "INGEST_INTERVAL_SECONDS": "2",
        "INGEST_GUARD_SECONDS": "0.02",
        "INGEST_REPLICA_NAME": "blue-17",
        "RATE_CHECKER_PORT": str(checker.port),
    }
    return {**environ, **changes}


def serve(start: Start, client: Client, url: str, until: Callable[[], bool]) -> None:
    """Serve until this is so, while no copy is possible."""
    with start(SERVED, INGEST_DATABASE_URL=url).until_healthy() as served:
        eventually(until)
        client.close()
        assert served.stop() == 0


def test_the_service_goes_on_in_postgres_and_back_in_a_file_and_the_rate_holds(
    start: Start, client: Client, checker: RateChecker, tmp_path: Path, postgres_url: str
) -> None:
    file, back = tmp_path / "ingest.db", tmp_path / "back.db"
    with start(SERVED).until_healthy() as served:
        ingestion_id = client.submit(range(1, 10), "LOW")
        assert copy(file, postgres_url) == (REFUSED, f"ingest_service: a process works on {file}: stop it first\n")
        eventually(lambda: client.batch_statuses(ingestion_id).count("completed") == 1)
        client.close()
        assert served.stop() == 0
    assert copy(file, postgres_url)[0] == 0
    serve(start, client, postgres_url, lambda: client.batch_statuses(ingestion_id).count("completed") == 2)
    code, printed = copy(postgres_url, back)
    assert (code, printed.startswith("ingest_service: replica blue-17 works on the source: ")) == (REFUSED, True)
    eventually(lambda: copy(postgres_url, back)[0] == 0)
    serve(start, client, url_of(back), lambda: client.status(ingestion_id)["status"] == "completed")
    at = [arrival.at for arrival in checker.arrivals]
    assert sorted(arrival.record_id for arrival in checker.arrivals) == list(range(1, 10))
    assert all(later - earlier >= INTERVAL for earlier, later in pairwise(at[::SLOT]))
    assert [slot[0] for slot in ask(postgres_url, "SELECT replica FROM slots")] == ["blue-17", "blue-17"]
