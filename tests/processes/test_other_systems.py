"""Systems that are no Unix, as far as Linux can play one: everything starts, works and stops there."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from tests.processes.client import HOST
from tests.processes.conftest import Start
from tests.processes.running import ROOT
from tests.processes.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow

ELSEWHERE = (sys.executable, "-m", "tests.processes.other_system")
SERVICE = (*ELSEWHERE, "ingest_service.__main__:main")


def run(program: str, *arguments: str) -> str:
    """Run a program elsewhere, and return what it printed."""
    command = [*ELSEWHERE, program, *arguments]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.fixture
def environ(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("INGEST_URL", f"http://{HOST}:{environ['INGEST_PORT']}")
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    return {**environ, "INGEST_INTERVAL_SECONDS": "1"}


def test_every_module_can_be_imported() -> None:
    count = int(run("tests.processes.every_module:main"))
    assert count >= len(list((ROOT / "ingest_service").rglob("*.py")))


def test_ids_are_submitted_called_and_watched_and_the_service_stops(start: Start) -> None:
    port = free_port()
    fake = [*ELSEWHERE, "ingest_service.upstreams.fake.__main__:main", f"--port={port}", "--window=1"]
    upstream = start(fake)
    eventually(lambda: "at most 3 ids" in upstream.printed)
    upstream_url = f"http://{HOST}:{port}/items/{{id}}"
    running = start(SERVICE, INGEST_UPSTREAM_URL=upstream_url).until_healthy()
    ingestion_id = run("ingestctl.main:main", "submit", "--priority", "high", "1-5").strip()
    assert "Opens" in run("ingestctl.main:main", "schedule")
    assert "2 of 2 batches completed" in run("ingestctl.main:main", "watch", ingestion_id)
    assert ingestion_id in run("ingestctl.main:main", "list")
    assert "running" in run("ingestctl.main:main", "health")
    assert running.stop() == 0
    assert "the lock file" not in running.printed
    assert upstream.stop() == 0
    assert "429" not in upstream.printed


def test_a_second_process_on_the_same_database_is_refused_and_the_next_one_is_let_in(
    start: Start, tmp_path: Path
) -> None:
    first = start(SERVICE).until_healthy()
    second = start(SERVICE, INGEST_PORT=str(free_port()))
    assert second.exit_code() == 1
    assert second.printed == (
        f"ingest_service: another process works on this database (it holds {tmp_path}/ingest.db.lock); stop it "
        "first, or give this one a database of its own with INGEST_DATABASE_URL\n"
    )
    first.kill()
    assert start(SERVICE).until_healthy().stop() == 0
