"""The lateness of slots without a look at the board, and with 20 tabs that show it.

The whole service runs in this process with slots 0.1 s apart, fifty times as many as by default, and a thousand
ingestions that wait. The tabs poll from another process as the page does: each keeps a connection, sends the tag
of the last answer, and waits for as long as `Retry-After` says. Read: the p99 with the tabs should be at most 1.2
times that without them.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from benchmarks.figure import Figure, show
from benchmarks.measure import here, percentile
from benchmarks.pacing import lateness
from benchmarks.ports import HOST
from benchmarks.stamped import Stamps, served
from ingest_service.clock import NANOSECONDS
from ingest_service.config import Settings
from ingest_service.domain.model import Priority

INTERVAL = 100_000_000
SLOTS = 100  # in each window
ROUNDS = 2
AIM = 1.2
TABS = 20
WAITING = 1000  # ingestions


def poll(port: int, for_seconds: float, after: float) -> int:
    """Poll the board as a tab that is opened after a time; return the number of answers with new content."""
    connection, tag, changes, end = HTTPConnection(HOST, port), "", 0, monotonic() + for_seconds
    sleep(after)
    while monotonic() < end:
        connection.request("GET", "/board", headers={"If-None-Match": tag})
        answer = connection.getresponse()
        answer.read()
        changes += answer.status == 200
        tag = answer.headers["ETag"]
        sleep(int(answer.headers["Retry-After"]))
    connection.close()
    return changes


def poll_all(port: int, tabs: int, for_seconds: float) -> int:
    """Poll as many tabs do, and return the number of answers with new content."""
    sleep(0 if tabs else for_seconds)
    with ThreadPoolExecutor(max(1, tabs)) as pool:
        # People do not open them all at once.
        opened = [number / tabs for number in range(tabs)]
        return sum(pool.map(poll, [port] * tabs, [for_seconds] * tabs, opened))


def window(pool: ProcessPoolExecutor, path: Path, tabs: int) -> tuple[list[float], int]:
    """Run slots while tabs show the board; return their lateness, and the number of changes that were shown."""
    settings = Settings.from_environ(
        {"INGEST_DATABASE_URL": f"sqlite:///{path}", "INGEST_INTERVAL_SECONDS": str(INTERVAL / NANOSECONDS)}
    )
    fetcher = Stamps()
    with served(settings, fetcher) as (service, port):
        for number in range(WAITING):
            service.submit(range(1, 7), Priority(number % 3))
        changes = pool.submit(poll_all, port, tabs, SLOTS * INTERVAL / NANOSECONDS).result()
        return lateness(sorted(fetcher.arrivals), INTERVAL), changes


def figures() -> Iterator[Figure]:
    """Measure."""
    late: dict[int, list[float]] = {0: [], TABS: []}
    shown = 0
    with here() as folder, ProcessPoolExecutor(1) as pool:
        for number in range(ROUNDS):
            for tabs in late:
                found, changes = window(pool, Path(folder, f"{number}-{tabs}.db"), tabs)
                late[tabs] += found
                shown += changes
    for percent in (50, 99):
        without, beside = percentile(late[0], percent), percentile(late[TABS], percent)
        what = f"lateness p{percent} beside {TABS} tabs of the board, {shown} changes shown ({beside:.2f} ms)"
        yield Figure(what, f"no tabs ({without:.2f} ms)", beside / without, AIM, more_is_better=False)


def main() -> None:
    """Measure and print."""
    show(figures())


if __name__ == "__main__":
    main()
