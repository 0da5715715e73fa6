"""Servers in processes of their own, on a free port of the loopback interface, for as long as a block runs."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.ports import HOST, free_port

REAL = ("-m", "ingest_service")


@contextmanager
def serving(database: Path, *command: str, **environ: str) -> Iterator[tuple[int, int]]:
    """Run `python *command` on a database until the block ends; yield its port and process id once it is healthy.

    `{port}` in the command stands for the port.
    """
    port = free_port()
    settings = {"INGEST_HOST": HOST, "INGEST_PORT": str(port), "INGEST_DATABASE_URL": f"sqlite:///{database}"}
    process = subprocess.Popen(
        [sys.executable, *(word.format(port=port) for word in command)],
        env=os.environ | settings | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_health(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def ask(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    """Make one request on a connection of its own and return the body of the answer."""
    connection = HTTPConnection(HOST, port, timeout=30)
    connection.request(method, path, body)
    answer = connection.getresponse().read()
    connection.close()
    return answer


def _await_health(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            ask(port, "GET", "/health")
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return
