"""Readers of large answers that are slow, and clients that ask for much at once."""

import time
from collections.abc import Iterator

import pytest
import requests

from tests.processes.attackers import connections
from tests.processes.client import HOST, Client
from tests.processes.running import WSGI, Running, settings

pytestmark = pytest.mark.slow

LARGE = 150_000


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("read")
    environ = settings(folder)
    with Running(WSGI, environ, folder / "log") as running:
        running.until_healthy()
        yield int(environ["INGEST_PORT"])


def test_a_reader_that_is_slow_but_reads_gets_all_of_a_large_answer(port: int) -> None:
    with Client(port) as client:
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


def test_many_requests_sent_at_once_are_answered_in_their_order(port: int) -> None:
    with Client(port) as client:
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
