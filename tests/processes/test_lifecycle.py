"""Stops and failures of the service."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from ingest_service.signals import STOPPING
from tests.processes.backlogs import write_backlog
from tests.processes.client import HOST, Client
from tests.processes.conftest import Start
from tests.processes.running import ROOT, WSGI
from tests.processes.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow

# Only a broken test would see the end of it.
FOR_EVER_SECONDS = "86400"
TENTH_OF_A_SECOND = 100_000_000
WAITRESS_SERVE = str(Path(sys.executable).with_name("waitress-serve"))


@pytest.mark.parametrize("signum", STOPPING, ids=lambda signum: signum.name)
def test_a_stop_waits_for_no_slot_and_has_exit_code_0(
    start: Start, client: Client, signum: signal.Signals
) -> None:
    running = start(INGEST_LINGER_SECONDS=FOR_EVER_SECONDS).until_healthy()
    client.submit([1], "LOW")
    client.close()
    assert running.stop(signum) == 0
    assert "Traceback" not in running.printed


@pytest.mark.parametrize("signum", STOPPING, ids=lambda signum: signum.name)
def test_a_stop_lets_the_calls_in_flight_finish_and_opens_no_other_slot(
    start: Start, client: Client, signum: signal.Signals
) -> None:
    slow = {"INGEST_INTERVAL_SECONDS": "0.5", "INGEST_SIMULATED_DELAY_SECONDS": "3"}
    running = start(**slow).until_healthy()
    ingestion_id = client.submit([1, 2, 3, 4, 5, 6], "LOW")
    eventually(lambda: client.batch_statuses(ingestion_id) == ["triggered", "yet_to_start"])
    client.close()
    assert running.stop(signum) == 0
    start(INGEST_INTERVAL_SECONDS=FOR_EVER_SECONDS).until_healthy()
    assert client.batch_statuses(ingestion_id) == ["completed", "yet_to_start"]


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT], ids=lambda signum: signum.name)
def test_a_second_signal_breaks_off_no_call(start: Start, client: Client, second: signal.Signals) -> None:
    running = start(INGEST_SIMULATED_DELAY_SECONDS="3").until_healthy()
    ingestion_id = client.submit([1, 2, 3], "LOW")
    eventually(lambda: client.batch_statuses(ingestion_id) == ["triggered"])
    client.close()
    running.send(signal.SIGTERM)
    eventually(lambda: "stopping: SIGTERM" in running.printed)
    running.send(second)
    assert running.exit_code() == 0
    assert "Traceback" not in running.printed
    start(INGEST_INTERVAL_SECONDS=FOR_EVER_SECONDS).until_healthy()
    assert client.batch_statuses(ingestion_id) == ["completed"]


def test_no_slot_opens_after_the_signal_however_slowly_answers_are_read(
    start: Start, client: Client, environ: dict[str, str], tmp_path: Path
) -> None:
    running = start(INGEST_INTERVAL_SECONDS="0.2", INGEST_SIMULATED_DELAY_SECONDS="0").until_healthy()
    ingestion_id = client.submit(range(1, 200_001), "LOW")
    client.close()
    eventually(lambda: "slot 1 opened" in running.printed)
    with ExitStack() as readers:
        for _ in range(5):
            reader = readers.enter_context(socket.create_connection((HOST, int(environ["INGEST_PORT"]))))
            reader.sendall(f"GET /status/{ingestion_id} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert reader.recv(1) == b"H"
        asked = time.monotonic_ns()
        assert running.stop() == 0
    with closing(sqlite3.connect(tmp_path / "ingest.db")) as connection:
        opened = [opened for (opened,) in connection.execute("SELECT opened FROM slots")]
    # The one that the dispatcher was about to open when the signal came.
    assert max(opened) < asked + TENTH_OF_A_SECOND


def test_a_stop_needs_no_reader_of_the_log(client: Client, environ: dict[str, str]) -> None:
    reading, writing = os.pipe()
    with ExitStack() as ending:
        process = ending.enter_context(subprocess.Popen(WSGI, cwd=ROOT, env=environ, stderr=writing))
        ending.callback(process.kill)
        eventually(client.healthy)
        for _ in range(1_000):
            client.ask("POST", "/" + 200 * "x")
        client.close()
        began = time.monotonic()
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - began < 10
    os.close(writing)
    os.close(reading)


def test_waitress_serve_works_too(start: Start, client: Client, environ: dict[str, str]) -> None:
    address = f"--listen={environ['INGEST_HOST']}:{environ['INGEST_PORT']}"
    running = start([WAITRESS_SERVE, address, "wsgi:app"]).until_healthy()
    ingestion_id = client.submit([1], "LOW")
    eventually(lambda: client.completed(ingestion_id))
    assert running.stop(signal.SIGTERM) == 0
    assert "Traceback" not in running.printed


def test_a_store_that_cannot_be_written_is_reported_and_the_dispatcher_goes_on_when_it_can(
    start: Start, client: Client, tmp_path: Path
) -> None:
    running = start().until_healthy()
    with closing(sqlite3.connect(tmp_path / "ingest.db", isolation_level=None)) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON slots BEGIN SELECT RAISE(ABORT, 'the disk broke'); END"
        )
        ingestion_id = client.submit([1, 2, 3], "HIGH")
        eventually(lambda: client.ask("GET", "/ready").code == 503)
        assert client.healthy()
        eventually(lambda: "the disk broke; trying again every 0.25 s" in running.printed)
        connection.execute("DROP TRIGGER broken")
    eventually(lambda: client.completed(ingestion_id))
    assert client.ask("GET", "/ready").code == 200
    client.close()
    assert running.stop() == 0


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT], ids=lambda signum: signum.name)
def test_a_signal_while_the_backlog_is_loaded_stops_it_cleanly(
    start: Start, environ: dict[str, str], tmp_path: Path, signum: signal.Signals
) -> None:
    write_backlog(tmp_path / "ingest.db", 50_000)
    running = start()
    eventually(lambda: listens(int(environ["INGEST_PORT"])))
    assert running.stop(signum) == 0
    assert "Traceback" not in running.printed


def test_more_connections_than_files_stop_neither_the_slots_nor_the_service(
    start: Start, client: Client, environ: dict[str, str]
) -> None:
    few_files = ["/bin/sh", "-c", f"ulimit -n 320; exec {sys.executable} wsgi.py"]
    running = start(few_files, INGEST_INTERVAL_SECONDS="0.1", INGEST_SIMULATED_DELAY_SECONDS="0").until_healthy()
    ingestion_id = client.submit(range(1, 61), "LOW")
    client.close()
    with ExitStack() as idle:
        for _ in range(500):
            idle.enter_context(socket.create_connection((HOST, int(environ["INGEST_PORT"]))))
        eventually(lambda: "slot 20 opened" in running.printed)
    eventually(lambda: client.completed(ingestion_id))
    client.close()
    assert running.stop() == 0
    assert "Too many open files" not in running.printed


def listens(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection((HOST, port)):
        return True
    return False
