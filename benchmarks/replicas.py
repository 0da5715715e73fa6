"""A PostgreSQL server on this disk, and processes for the replicas that share a database of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figure import CannotRunError
from tests.postgres.binaries import find_binaries
from tests.postgres.server import PostgresServer, temporary_folder


@contextmanager
def database() -> Iterator[str]:
    """Run a server that waits for the disk, as it does by default; yield the URL of an empty database.

    Raises CannotRunError where there is no PostgreSQL.
    """
    try:
        binaries = find_binaries()
    except RuntimeError as error:
        raise CannotRunError("needs PostgreSQL") from error
    with temporary_folder(Path.cwd()) as folder, PostgresServer(binaries, folder / "server") as server:
        yield server.createdb("ingest")


@contextmanager
def processes(count: int) -> Iterator[list[ProcessPoolExecutor]]:
    """Give as many processes; each keeps what it has cached until the end of the block."""
    pools = [ProcessPoolExecutor(1, get_context("spawn")) for _ in range(count)]
    try:
        yield pools
    finally:
        for pool in pools:
            pool.shutdown()


def rate(
    pools: Sequence[ProcessPoolExecutor],
    way: Callable[[str, float, float], int],
    url: str,
    window: float,
    head_start: float = 0.5,
) -> float:
    """Return how much all processes do in a second: `way` says how much it did between two monotonic times.

    All begin `head_start` seconds after they were asked to.
    """
    begin = time.monotonic() + head_start
    running = [pool.submit(way, url, begin, begin + window) for pool in pools]
    return sum(one.result() for one in running) / window


def repeated(act: Callable[[int], object], threads: int, begin: float, end: float) -> int:
    """Return how often all threads together act between two monotonic times; each is given its number."""

    def act_until_the_end(number: int) -> int:
        time.sleep(max(0, begin - time.monotonic()))
        acted = 0
        while time.monotonic() < end:
            act(number)
            acted += 1
        return acted

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(act_until_the_end, range(threads)))
