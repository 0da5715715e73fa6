"""`kill -9` while the first start of a service makes its database: the next start makes the rest of it."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.client import Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.system_calls import SystemCall
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

# Some of the calls of a first start that change a file, and most of them.
FEW = [
    SystemCall(*call)
    for call in [("pwrite64", 2), ("unlink", 1), ("ftruncate", 1), ("fdatasync", 6), ("pwrite64", 50)]
]
MOST = [
    SystemCall(name, number)
    for name, most in [("pwrite64", 99), ("fdatasync", 13), ("ftruncate", 1), ("unlink", 1)]
    for number in range(1, most + 1)
]


def test_a_first_start_that_is_killed_leaves_nothing_that_the_next_one_refuses(
    tmp_path: Path, scale: Callable[[int, int], int], figure: Callable[[str, str, str], None]
) -> None:
    calls = MOST if scale(0, 1) else FEW
    for place, call in enumerate(calls):
        folder = tmp_path / str(place)
        folder.mkdir()
        kill_and_start_again(folder, call)
    figure(
        "`kill -9` while a first start makes the database",
        f"a kill at each of {len(calls)} system calls",
        "each next start began with a whole database, and called what was submitted to it",
    )


def kill_and_start_again(folder: Path, call: SystemCall) -> None:
    environ, log = settings(folder, INGEST_INTERVAL_SECONDS="0.05"), folder / "served.log"
    with Running(call.killing(WSGI), environ, log) as killed:
        assert killed.exit_code() == -signal.SIGKILL
    with Running(WSGI, environ, log) as served, Client(int(environ["INGEST_PORT"])) as client:
        served.until_healthy()
        ingestion_id = client.submit([1, 2, 3, 4], "HIGH")
        eventually(lambda: client.completed(ingestion_id))
        assert served.stop() == 0
