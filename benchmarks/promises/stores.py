"""The store of the work of a queue: a server or a file of its own on this disk, as durable as it can be."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.figure import CannotRunError
from benchmarks.ports import HOST, free_port
from benchmarks.replicas import database

Environ = dict[str, str]
# Given a folder, it runs for as long as a block does, and yields what the drivers find in their environment.
Store = Callable[[Path], AbstractContextManager[Environ]]


@contextmanager
def redis(folder: Path) -> Iterator[Environ]:
    """Run a server that has a write on the disk before it answers. Raises CannotRunError where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        raise CannotRunError("needs a Redis server, as in the package redis-server of Debian")
    port = free_port()
    options = {"bind": HOST, "port": port, "dir": folder, "appendonly": "yes", "appendfsync": "always", "save": ""}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    server = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    try:
        _await_port(port)
        yield {"STORE": f"redis://{HOST}:{port}/0"}
    finally:
        server.terminate()
        server.wait()


@contextmanager
def postgresql(_: Path) -> Iterator[Environ]:
    """Run a server that waits for the disk, as it does by default. Raises CannotRunError where there is none."""
    with database() as url:
        yield {"STORE": url}


@contextmanager
def sqlite_file(folder: Path) -> Iterator[Environ]:
    """Name a file."""
    yield {"STORE": str(folder / "peer.db")}


@contextmanager
def of_this_service(folder: Path) -> Iterator[Environ]:
    """Name a file, and a port that stays the same for every start."""
    yield {"STORE": f"sqlite:///{folder / 'ingest.db'}", "INGEST_HOST": HOST, "INGEST_PORT": str(free_port())}


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection((HOST, port)).close()
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
