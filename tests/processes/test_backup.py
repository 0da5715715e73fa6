"""A backup of a service that runs, and its restoration by the steps of the documentation."""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, blocks, steps
from tests.processes.backing_up import back_up
from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.rate_checker import RateChecker
from tests.processes.running import SERVED
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 2_000_000_000
SLOT = 3


@pytest.fixture
def environ(environ: dict[str, str], checker: RateChecker) -> dict[str, str]:
    changes = {
        "INGEST_INTERVAL_SECONDS": "2",
        "INGEST_GUARD_SECONDS": "0.02",
        "RATE_CHECKER_PORT": str(checker.port),
    }
    return {**environ, **changes}


def completed(client: Client, ingestion_id: str) -> int:
    return client.batch_statuses(ingestion_id).count("completed")


def restore(folder: Path) -> None:
    """Run the commands of the documentation in the folder of the database."""
    consoles = [block for block in blocks(ROOT / "docs/operations.md") if block.language == "console"]
    (script,) = [
        "\n".join(step.command for step in steps(block)) for block in consoles if "$ mkdir before" in block.text
    ]
    subprocess.run(["bash", "-c", script], cwd=folder, check=True)


def test_a_lost_database_is_missed_and_its_backup_goes_on_a_whole_interval_after_the_start(
    start: Start, client: Client, checker: RateChecker, environ: dict[str, str], tmp_path: Path
) -> None:
    ids = range(1, 19)
    first = start(SERVED).until_healthy()
    ingestion_id = client.submit(ids, "LOW")
    eventually(lambda: completed(client, ingestion_id) == 1)
    printed = back_up(tmp_path / "backup.db", environ)
    assert printed.startswith(f"{tmp_path}/backup.db has 1 ingestion (1 waiting); its last slot is ")
    begun_by_then = completed(client, ingestion_id) + 1
    eventually(lambda: completed(client, ingestion_id) > begun_by_then)
    client.close()
    first.kill()
    (tmp_path / "ingest.db").unlink()
    refused = start(SERVED)
    assert refused.exit_code() == 1
    assert (
        f"{tmp_path}/ingest.db is missing or empty, but a former one left {tmp_path}/ingest.db" in refused.printed
    )
    restore(tmp_path)
    called = len(checker.arrivals)
    again = start(SERVED).until_healthy()
    eventually(lambda: client.completed(ingestion_id))
    client.close()
    assert again.stop() == 0
    assert "it is an older copy" in again.printed
    at = [arrival.at for arrival in checker.arrivals]
    assert at[called] >= again.spawned + INTERVAL
    assert all(later - earlier >= INTERVAL for earlier, later in pairwise(at[::SLOT]))
    assert {arrival.record_id for arrival in checker.arrivals} == set(ids)
