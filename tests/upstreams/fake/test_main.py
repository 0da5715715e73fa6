"""The fake upstream as a program."""

import signal
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.upstreams.fake.asking import (
    PATIENCE,
)


@pytest.mark.slow
@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM])
def test_the_program_prints_each_arrival_and_a_summary_at_the_end(farewell: signal.Signals) -> None:
    options = ["--port=0", "--fail-rate=1", "--rate=1", "--window=3600"]
    command = [sys.executable, "-m", "ingest_service.upstreams.fake", *options]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = int(program.stdout.readline().split(":")[2].split("/")[0])
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            for expected in (500, 429):
                connection.request("GET", "/items/5")
                assert connection.getresponse().read() is not None
                assert f"  {expected}  " in program.stdout.readline()
        program.send_signal(farewell)
        assert program.stdout.read().startswith("2 arrivals; at most 2 in any 3600 s (allowed: 1)")
    assert program.returncode == 0
