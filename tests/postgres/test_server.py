"""Servers start, stop, crash, are doubled and promoted."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from benchmarks.ports import HOST
from tests.postgres.binaries import copied, find_binaries, packaged
from tests.postgres.server import PostgresServer
from tests.processes.running import ROOT
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

# Starts a server over the directory that it is given, prints its port, and waits.
A_RUN = """
import sys, threading
from pathlib import Path
from tests.postgres.binaries import find_binaries
from tests.postgres.server import PostgresServer
with PostgresServer(find_binaries(), Path(sys.argv[1])) as server:
    print(server.port, flush=True)
    threading.Event().wait()
"""


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_a_server_of_its_own_keeps_its_fsync_and_what_is_committed_across_a_crash(server_folder: Path) -> None:
    with PostgresServer(find_binaries(), server_folder / "one", max_connections="17") as server:
        server.start()
        url = server.createdb("kept")
        assert ask(url, "SHOW fsync") == "on"
        ask(url, "CREATE TABLE answer AS SELECT 42 AS it")
        server.restart("immediate")
        assert ask(url, "SELECT it FROM answer") == 42
        assert ask(server.socket_url("kept"), "SHOW max_connections") == "17"
    server.stop()


def test_a_standby_is_promoted_with_all_that_was_committed(server_folder: Path) -> None:
    primary = PostgresServer(find_binaries(), server_folder / "one")
    with primary, primary.standby(server_folder / "two") as standby:
        primary.replicate_to(standby)
        ask(primary.url(), "CREATE TABLE answer AS SELECT 42 AS it")
        primary.stop("immediate")
        assert ask(standby.url(), "SELECT pg_is_in_recovery()") is True
        standby.promote()
        ask(standby.url(), "UPDATE answer SET it = it + 1")
        assert ask(standby.url(), "SELECT it FROM answer") == 43


def test_the_packaged_server_runs_where_only_its_owner_can_reach_it(tmp_path: Path, server_folder: Path) -> None:
    binaries = packaged()
    assert binaries is not None
    # pytest lets only the user of this process into this folder.
    with PostgresServer(copied(binaries, tmp_path), server_folder / "one") as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_a_server_that_cannot_start_is_refused_with_its_log(server_folder: Path) -> None:
    server = PostgresServer(find_binaries(), server_folder / "one", shared_buffers="nonsense")
    with pytest.raises(RuntimeError, match='invalid value for parameter "shared_buffers"'):
        server.start()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_the_process_that_started_it(server_folder: Path, signum: signal.Signals) -> None:
    directory = server_folder / "one"
    command = [sys.executable, "-c", A_RUN, str(directory)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        assert listens(port)
        process.send_signal(signum)
    eventually(lambda: not listens(port))
