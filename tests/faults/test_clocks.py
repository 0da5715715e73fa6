"""A service whose wall clock is set, as libfaketime shows it to the real process: the monotonic clock is true."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from ingest_service.upstreams.fake import FakeUpstream, sometimes, status
from tests.processes.client import Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

INTERVAL = 0.2
SLOT = 3
# Much longer than a slot is late on a busy machine, much shorter than the shortest change of the clock.
GRACE_SECONDS = 3.0
DAYS = timedelta(days=1)
# In Berlin the clocks were set back then.
END_OF_SUMMER = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)
BEGIN_OF_SUMMER = datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)
CLOCK_READER = "import time; print(time.time(), time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME))"

# Those of a usual run; the first two between starts, too.
USUAL = ("1970", "40 days ahead", "1 h back")

Scale = Callable[[int, int], int]
Figure = Callable[[str, str, str], None]
Shift = timedelta


def until(moment: datetime) -> Shift:
    """Return the shift that makes it this moment now."""
    return moment - datetime.now(UTC)


def shifts() -> dict[str, Shift]:
    """Return by how much the clock is wrong, by name; the true time stands last."""
    return {
        "1 h ahead": timedelta(hours=1),
        "1 h back": timedelta(hours=-1),
        "1 day ahead": DAYS,
        "1 day back": -DAYS,
        "1970": until(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        "the end of summer time": until(END_OF_SUMMER),
        "the begin of summer time": until(BEGIN_OF_SUMMER),
        "40 days ahead": 40 * DAYS,
        "true": timedelta(0),
    }


class WallClock:
    """The wall clock of programs that run with `environ`. It may be set while they run."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "clock"
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        self.environ = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "TZ": "Europe/Berlin",
        }
        self.set(timedelta(0))

    def set(self, shift: Shift) -> None:
        """Let it be wrong by this."""
        beside = self._file.with_name("clock beside")
        beside.write_text(f"{shift.total_seconds():+.3f}\n")
        beside.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    return WallClock(tmp_path)


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(SLOT, INTERVAL, sometimes(0.1, status(500), seed=1)) as upstream:
        yield upstream


@pytest.fixture
def environ(clock: WallClock, upstream: FakeUpstream, tmp_path: Path) -> dict[str, str]:
    return settings(
        tmp_path,
        INGEST_UPSTREAM_URL=upstream.url,
        INGEST_INTERVAL_SECONDS=str(INTERVAL),
        INGEST_BACKOFF_SECONDS="0.2",
        **clock.environ,
    )


@pytest.fixture
def client(environ: dict[str, str]) -> Iterator[Client]:
    with Client(int(environ["INGEST_PORT"])) as client:
        yield client


def submit(client: Client, ids: range, key: str) -> str:
    body = json.dumps({"ids": list(ids), "priority": "HIGH"}).encode()
    answer = client.ask("POST", "/ingest", body, {"Idempotency-Key": key})
    assert answer.code == 200, answer
    return str(answer.content["ingestion_id"])


def created(client: Client, ingestion_id: str) -> datetime:
    answer = client.ask("GET", f"/ingestions/{ingestion_id}")
    return datetime.fromisoformat(answer.content["created_at"])


def called_more(upstream: FakeUpstream, before: int) -> bool:
    return len(upstream.arrivals) >= before + SLOT + 1


def longest_gap(upstream: FakeUpstream, since: int) -> float:
    """Return the longest time between two calls that came after the first `since`, in seconds."""
    times = sorted(arrival.started_ns for arrival in upstream.arrivals)[since:]
    return max(later - before for before, later in pairwise(times)) / 1e9


def test_the_monotonic_clocks_of_such_a_process_are_true(clock: WallClock) -> None:
    clock.set(40 * DAYS)
    command = [sys.executable, "-c", CLOCK_READER]
    printed = subprocess.check_output(command, env={**os.environ, **clock.environ}, text=True)
    wall, monotonic, boottime = map(float, printed.split())
    assert wall - time.time() == pytest.approx(40 * 86_400, abs=60)
    assert monotonic == pytest.approx(time.monotonic(), abs=60)
    assert boottime == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=60)


def test_a_clock_that_is_set_while_the_service_runs_moves_no_slot(
    clock: WallClock,
    upstream: FakeUpstream,
    environ: dict[str, str],
    client: Client,
    tmp_path: Path,
    scale: Scale,
    figure: Figure,
) -> None:
    names = list(shifts() if scale(0, 1) else USUAL)
    with Running(WSGI, environ, tmp_path / "log") as served:
        served.until_healthy()
        first = submit(client, range(1, 7), "first")
        eventually(lambda: client.completed(first))
        waiting = client.submit(range(100, 10_000), "LOW")
        since = len(upstream.arrivals)
        for number, name in enumerate(names, 10_001):
            shift = shifts()[name]
            clock.set(shift)
            before = len(upstream.arrivals)
            submitted = submit(client, range(number, number + 1), f"key {number}")
            assert abs(created(client, submitted) - datetime.now(UTC) - shift) < timedelta(minutes=1)
            assert submit(client, range(number, number + 1), f"key {number}") == submitted
            eventually(partial(called_more, upstream, before))
            assert len(client.results(first)) == 6
        assert client.ask("GET", f"/status/{waiting}").code == 200
        assert served.stop() == 0
    assert upstream.refused == 0
    gap = longest_gap(upstream, since)
    assert gap < 2 * INTERVAL + GRACE_SECONDS
    figure(
        "the wall clock is set while the service runs",
        f"{len(names)} settings: {', '.join(names)}; 3 ids in {INTERVAL} s, a failing upstream",
        f"at most {upstream.most_in_a_span()} calls in any interval, the longest time without a call {gap:.2f} s",
    )


def test_a_clock_that_is_set_while_the_service_is_stopped_moves_no_slot_and_removes_nothing(
    clock: WallClock,
    upstream: FakeUpstream,
    environ: dict[str, str],
    client: Client,
    tmp_path: Path,
    scale: Scale,
    figure: Figure,
) -> None:
    kept, longest = "", 0.0
    # At two starts each, so that the second one finds entries of that time.
    wrong = list(shifts() if scale(0, 1) else USUAL[:2])
    for number, name in enumerate(["true", *(name for one in wrong for name in (one, one)), "true"]):
        clock.set(shifts()[name])
        with Running(WSGI, environ, tmp_path / "log") as served:
            served.until_healthy()
            before, began = len(upstream.arrivals), time.monotonic_ns()
            submitted = submit(client, range(1, 4), f"start {number}")
            eventually(partial(client.completed, submitted))
            longest = max(longest, (upstream.arrivals[before].started_ns - began) / 1e9)
            kept = kept or submitted
            # By now what the service holds to be old has been removed.
            assert client.completed(kept), name
            assert submit(client, range(1, 4), "start 0") == kept
            client.close()
            assert served.stop() == 0
    assert upstream.refused == 0
    assert longest < 2 * INTERVAL + GRACE_SECONDS
    figure(
        "the wall clock is set between two starts",
        f"{number + 1} starts",
        f"nothing removed; at most {upstream.most_in_a_span()} calls in any interval, "
        f"the first {longest:.2f} s after its submission at the latest",
    )
