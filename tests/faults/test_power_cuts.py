"""Power cuts at any point of a run of the real service, as the next start finds what they left of its files."""

import errno
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from tests.faults.crash_states import CrashStates
from tests.faults.disk import KILL, SYNC, Disk
from tests.faults.loaded_run import RecordedRun
from tests.faults.replay import broken_promises, is_as_recorded
from tests.processes.client import GONE, Client
from tests.processes.running import Running

pytestmark = pytest.mark.slow

SERVED_SECONDS = 1.0


def stopped(_: Disk, served: Running) -> None:
    """A service that is asked to stop."""
    time.sleep(SERVED_SECONDS)
    assert served.stop() == 0


def killed_before_a_sync(disk: Disk, served: Running) -> None:
    """A service that is killed when all of a commit is written, and none of it is durable."""
    time.sleep(SERVED_SECONDS)
    disk.fail(KILL, SYNC, "-wal", skip=2, count=1)
    served.exit_code()
    disk.mend()


def failing(disk: Disk, served: Running) -> None:
    """A service whose disk often fails to sync."""
    for skip in range(4):
        time.sleep(SERVED_SECONDS / 5)
        disk.fail(errno.EIO, SYNC, "-wal", skip=skip, count=2)
    stopped(disk, served)


LIVES = [killed_before_a_sync, stopped, killed_before_a_sync, failing, killed_before_a_sync]


def test_a_power_cut_loses_nothing_that_a_client_was_told_and_gives_no_slot_back(
    tmp_path: Path,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL")
    runs, states = scale(1, 4), scale(300, 5_000)
    counts: Counter[str] = Counter()
    for seed in range(1, runs + 1):
        run = RecordedRun(tmp_path / str(seed), seed)
        run.live(LIVES)
        notes = run.clients.notes
        counts["accepted"] += run.accepted
        counts["shown"] += len(notes.shown)
        counts["calls"] += len(run.checker.arrivals)
        assert broken_promises(run, states, seed) == []
    assert min(counts.values()) > 20
    figure(
        "power cut: what was not synced is lost, kept, torn in sectors or in another order, also after `kill -9` "
        "between the write and the sync of a commit, and after syncs that failed",
        f"{runs * states:,} states of the files, in {runs} runs",
        f"0 of {counts['accepted']:,} acknowledged submissions lost, 0 of {counts['shown']:,} outcomes that were "
        f"shown, 0 of {counts['calls']:,} calls without their slot, each start waited a whole interval",
    )


def test_what_a_start_shows_of_a_process_that_was_killed_before_its_sync_is_durable(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, 3)
    with run.checker, Client(run.port) as client:
        with run.started() as served:
            # No slot opens, whose commit would sync what was written before.
            client.ask("POST", "/dispatcher/pause")
            run.disk.fail(KILL, SYNC, "-wal", count=1)
            with pytest.raises(GONE):
                submitted(client)
            served.exit_code()
            run.disk.mend()
        # Otherwise the states that are rebuilt would prove nothing.
        assert is_as_recorded(run)
        with run.started():
            assert submitted(client) == submitted(client)
            states = CrashStates(Random(1))
            for deed in run.disk.deeds():
                states.play(deed)
            ids = left_of(states.cut("nothing"), tmp_path / "left")
            assert ids == [submitted(client)]


def submitted(client: Client) -> str:
    """Submit an id with a key, and return the id of its ingestion."""
    answer = client.ask("POST", "/ingest", b'{"ids": [1], "priority": "LOW"}', {"Idempotency-Key": "one"})
    assert answer.code == 200, answer
    return str(answer.content["ingestion_id"])


def left_of(files: dict[str, bytes], folder: Path) -> list[str]:
    """Return the ids of the ingestions that are in these files."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with closing(sqlite3.connect(folder / "ingest.db")) as connection:
        return [str(UUID(bytes=key)) for (key,) in connection.execute("SELECT id FROM ingestions")]
