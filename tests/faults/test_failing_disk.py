"""A disk that fails at any write, sync and truncate of a slot and of a submission, and is well again later."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from ingest_service.upstreams.fake.arrivals import most_in_a_span
from tests.faults.disk import ALWAYS, SYNC, TRUNCATE, WRITE
from tests.faults.loaded_run import RecordedRun
from tests.faults.replay import broken_promises
from tests.processes.client import Client
from tests.processes.waiting import comes_true, eventually

pytestmark = pytest.mark.slow

INTERVAL = 50_000_000
# A submission, the opening of a slot and its closing write so often into the log, together.
CALLS_OF_A_ROUND = 60
LOG, LOCK, DATABASE, ANY = "-wal", ".lock", ".db", ""
# Enough ids to fill the log, so that SQLite copies it into the database.
FILLING = 1_000_000


@dataclass(frozen=True)
class Fault:
    """Calls that fail, `count` of them after `skip` that do not, on files whose name ends like this."""

    ending: str
    calls: int
    error: int
    skip: int
    count: int

    @property
    def stops_commits(self) -> bool:
        """True if nothing can be committed while it lasts."""
        return self.count == ALWAYS and self.ending in (LOG, ANY)


def faults(step: int) -> Iterator[Fault]:
    """Yield faults at every `step`-th call of a round, of all kinds of files."""
    errors, counts = cycle([errno.ENOSPC, errno.EIO]), cycle([1, 4, ALWAYS])
    for skip in range(0, CALLS_OF_A_ROUND, step):
        yield Fault(LOG, WRITE, next(errors), skip, next(counts))
    for skip in range(0, CALLS_OF_A_ROUND // 10, step):
        yield Fault(LOG, SYNC, errno.EIO, skip, next(counts))
        yield Fault(ANY, WRITE | SYNC | TRUNCATE, next(errors), skip, next(counts))
        yield Fault(LOCK, WRITE | TRUNCATE, next(errors), skip, next(counts))
        yield Fault(DATABASE, WRITE, next(errors), 7 * skip, next(counts))
        yield Fault(DATABASE, SYNC, errno.EIO, 0, next(counts))


class Trial:
    """Faults, one after the other, on the disk of a service under load."""

    def __init__(self, run: RecordedRun, client: Client) -> None:
        self._run = run
        self._client = client
        self._filling = b'{"ids": [%s], "priority": "LOW"}' % b",".join([b"1000000000"] * FILLING)

    def make(self, fault: Fault) -> None:
        """Let the disk fail, and require that the service says so, and goes on by itself afterwards."""
        self._run.disk.fail(fault.error, fault.calls, fault.ending, fault.skip, fault.count)
        if fault.ending == DATABASE:
            self._fill_log()
        wanted = 3 if fault.count == ALWAYS else fault.count
        # SQLite tries again with the next commit to copy its log into the database.
        assert comes_true(lambda: self._run.disk.failed >= wanted, 20), fault
        if fault.stops_commits:
            assert comes_true(self._is_not_ready, 20), fault
        self._run.disk.mend()
        assert comes_true(lambda: self._ready() == (200, ""), 20), fault
        calls = len(self._run.checker.arrivals)
        assert comes_true(lambda: len(self._run.checker.arrivals) > calls, 20), fault

    def _is_not_ready(self) -> bool:
        code, sentence = self._ready()
        return code == 503 and "the database could not be written" in sentence

    def _ready(self) -> tuple[int, str]:
        answer = self._client.ask("GET", "/ready")
        return answer.code, str(answer.content.get("details", ""))

    def _fill_log(self) -> None:
        """Submit many ids and cancel them before they are called."""
        assert self._client.ask("POST", "/dispatcher/pause").code == 200
        accepted = self._client.ask("POST", "/ingest", self._filling)
        assert accepted.code == 200, accepted
        assert self._client.ask("DELETE", f"/ingestions/{accepted.content['ingestion_id']}").code == 200
        assert self._client.ask("POST", "/dispatcher/resume").code == 200


def test_a_disk_that_fails_loses_nothing_accepted_and_the_service_goes_back_to_work(
    tmp_path: Path,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL")
    made = list(faults(scale(12, 1)))
    run = RecordedRun(tmp_path, 1)
    with run.serving() as served, Client(run.port) as client:
        trial = Trial(run, client)
        with run.clients:
            for fault in made:
                trial.make(fault)
        eventually(lambda: not run.uncalled)
        assert served.stop() == 0
    notes = run.clients.notes
    assert {answer.code for _, answer in notes.refusals} == {503}
    assert run.times_called == {1}
    assert most_in_a_span(sorted(arrival.at for arrival in run.checker.arrivals), INTERVAL) <= 3
    states = scale(60, 1_000)
    assert broken_promises(run, states, 1) == []
    figure(
        "ENOSPC and EIO at each write, sync and truncate of a slot and of a submission, in the log, the database "
        "and the lock file",
        f"{len(made)} faults, once, four times or until mended, under load; {states:,} power cuts of the same run",
        f"0 of {run.accepted:,} accepted submissions lost, each id called once, none without its slot on the "
        f"disk; {len(notes.refusals):,} refusals, all 503; `/ready` red while nothing could be written; back "
        "to work each time",
    )
