"""Huey over SQLite: a task for each id under its rate limit, in one consumer, with every commit on the disk."""

from collections.abc import Sequence

from huey import SqliteHuey

from benchmarks.peers.driving import INTERVAL, LIMIT, STORE, call_upstream, drive

huey = SqliteHuey("peers", filename=STORE, fsync=True, strict_fifo=True, results=False)


@huey.task()
@huey.rate_limit("upstream", limit=LIMIT, per=INTERVAL)
def call(record_id: int) -> None:
    """Call the upstream."""
    call_upstream(record_id)


def submit(ids: Sequence[int]) -> None:
    """Enqueue a task for each id."""
    for record_id in ids:
        call(record_id)


if __name__ == "__main__":
    drive(lambda: huey.create_consumer(workers=LIMIT, max_delay=0.1).run(), submit)
