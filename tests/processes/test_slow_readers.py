"""Readers of large answers that are slow, or do not read at all."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.processes.attackers import connections, send_all, still_open
from tests.processes.client import HOST, Client
from tests.processes.conftest import Start
from tests.processes.honest import INTERVAL_SECONDS, assert_served, honest
from tests.processes.waiting import comes_true

pytestmark = pytest.mark.slow

Say = Callable[[str], None]
LARGE = 150_000
READERS = 40


@pytest.fixture
def port(environ: dict[str, str]) -> int:
    environ["INGEST_INTERVAL_SECONDS"] = str(INTERVAL_SECONDS)
    environ["INGEST_SIMULATED_DELAY_SECONDS"] = "0.01"
    return int(environ["INGEST_PORT"])


def test_readers_that_do_not_read_hold_nothing_up_and_are_cut_off(
    start: Start, client: Client, port: int, tmp_path: Path, say: Say
) -> None:
    running = start().until_healthy()
    ingestion_id = client.submit(range(1, LARGE + 1), "LOW")
    asked = f"GET /status/{ingestion_id} HTTP/1.1\r\nHost: here\r\n\r\n".encode()
    with connections(port, READERS, 4096) as readers:
        with honest(running, port, tmp_path / "ingest.db") as seen:
            send_all(readers, asked)
            time.sleep(34)
        assert_served(seen, say, f"{READERS} readers that do not read")
        assert seen.grown < 200
        # What was sent already can be read; behind it is the end.
        assert comes_true(lambda: still_open(readers) == 0, 10)


def test_a_reader_that_is_slow_but_reads_gets_all_of_a_large_answer(
    start: Start, client: Client, port: int
) -> None:
    start().until_healthy()
    ingestion_id = client.submit(range(1, LARGE + 1), "LOW")
    url = f"http://{HOST}:{port}/status/{ingestion_id}"
    whole = requests.get(url, timeout=60).content
    with requests.get(url, timeout=60, stream=True) as answer:
        slowly = b""
        for piece in answer.iter_content(400_000):
            slowly += piece
            time.sleep(0.1)
    assert len(whole) > 5_000_000
    assert slowly.count(b"batch_id") == whole.count(b"batch_id") == LARGE // 3
    assert slowly.endswith(b"]}")


def test_many_requests_sent_at_once_are_answered_in_their_order(start: Start, client: Client, port: int) -> None:
    start().until_healthy()
    ids = [client.submit(range(1, 2000 + n), "LOW") for n in range(3)]
    paths = [f"/status/{ids[n % 3]}" if n % 2 else f"/ingestions/{ids[n % 3]}" for n in range(60)]
    heads = "".join(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n\r\n\r\n" for path in paths)
    last = "GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    with connections(port, 1) as (connection,):
        connection.sendall((heads + last).encode())
        connection.settimeout(30)
        with connection.makefile("rb") as answers:
            text = answers.read()
    found = [one.partition(b'"')[0].decode() for one in text.split(b'{"ingestion_id":"')[1:]]
    assert found == [path.rpartition("/")[2] for path in paths]
    assert text.endswith(b'"}')
