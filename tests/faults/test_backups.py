"""Backups that are taken while clients submit and slots open: each is restored, and goes on where it was."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import pytest

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.fake import FakeUpstream
from tests.copying.filled import fill, in_file
from tests.doubles import VirtualClock
from tests.faults.crash_states import power_cuts
from tests.faults.disk import Disk
from tests.processes.backing_up import back_up
from tests.processes.client import Client
from tests.processes.failure_plan import FAILURES, FailurePlan
from tests.processes.http_rate_checker import HttpRateChecker
from tests.processes.load import Accepted, Load
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 0.3
SLOT = 3
PACE = {"INGEST_INTERVAL_SECONDS": str(INTERVAL), "INGEST_BACKOFF_SECONDS": "0.2"}


@dataclass(frozen=True)
class Backup:
    """A backup, and what had been accepted before it began."""

    folder: Path
    accepted: list[Accepted]


def take(folder: Path, load: Load, environ: dict[str, str]) -> Backup:
    folder.mkdir()
    accepted = list(load.accepted)
    back_up(folder / "ingest.db", environ)
    return Backup(folder, accepted)


def require_restored(backup: Backup) -> int:
    """Start a service on a backup; wait for the end of all that it must know; return the number of its calls."""
    with FakeUpstream(SLOT, INTERVAL) as upstream:
        changes = {"INGEST_UPSTREAM_URL": upstream.url, **PACE}
        environ = settings(backup.folder, **changes)
        with (
            Running(WSGI, environ, backup.folder / "log") as running,
            Client(int(environ["INGEST_PORT"])) as client,
        ):
            running.until_healthy()
            for accepted in backup.accepted:
                eventually(partial(client.completed, accepted.ingestion_id))
            client.close()
            assert running.stop() == 0
        arrivals = sorted(upstream.arrivals, key=lambda arrival: arrival.started_ns)
        assert arrivals[0].started_ns >= running.spawned + INTERVAL * NANOSECONDS
        assert len({arrival.record_id for arrival in arrivals}) == len(arrivals)
        assert upstream.refused == 0
    return len(arrivals)


def test_a_backup_under_load_holds_all_that_was_accepted_and_waits_a_whole_interval(
    tmp_path: Path, scale: Callable[[int, int], int], figure: Callable[[str, str, str], None]
) -> None:
    with HttpRateChecker(INTERVAL, FailurePlan(1, 0.1, FAILURES[:-1])) as checker:
        changes = {"INGEST_UPSTREAM_URL": checker.upstream.url, **PACE}
        environ = settings(tmp_path, **changes)
        with Running(WSGI, environ, tmp_path / "log") as running:
            running.until_healthy()
            with Load(int(environ["INGEST_PORT"]), 1, checker, 30) as load:
                eventually(lambda: len(load.accepted) > 3)
                backups = []
                for number in range(scale(1, 20)):
                    time.sleep(0.1 * number % 0.7)
                    backups.append(take(tmp_path / f"backup {number}", load, environ))
            running.kill()
    calls = [require_restored(backup) for backup in backups]
    figure(
        "a backup taken under load is restored",
        f"{len(backups)} backups, up to {len(backups[-1].accepted)} submissions before",
        f"0 lost; {sum(calls)} calls, the first of each a whole interval after its start",
    )


def test_a_power_cut_while_a_backup_is_written_leaves_all_of_it_or_nothing(
    tmp_path: Path, scale: Callable[[int, int], int], figure: Callable[[str, str, str], None]
) -> None:
    disk, clock = Disk(tmp_path / "disk"), VirtualClock()
    store = in_file(tmp_path / "ingest.db", clock)
    fill(store, clock)
    store.stop()
    backup = disk.files / "backup.db"
    back_up(backup, {**settings(tmp_path), **disk.environ})
    whole, deeds = backup.read_bytes(), list(disk.deeds())
    found: Counter[str] = Counter()
    states = scale(500, 5_000)
    for cut in power_cuts(deeds, states, Random(1)):
        left = cut.files.get(backup.name)
        assert left in (None, whole), f"after {cut.number} of {len(deeds)} deeds, {cut.way}"
        found["nothing" if left is None else "all of it"] += 1
        # By then it was said to be there.
        assert left or cut.number < len(deeds), cut.way
    assert found.keys() == {"nothing", "all of it"}
    figure(
        "power cut while a backup is written",
        f"{states:,} states of the files",
        f"{found['nothing']:,} times no backup, {found['all of it']:,} times all of it; always once it was said",
    )
