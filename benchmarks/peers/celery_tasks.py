"""Celery over Redis: a task for each id under a rate limit, in one worker, acknowledged when it has ended.

A task that a killed worker has not acknowledged is given to another after the visibility timeout, when a worker
looks for such tasks: by default an hour, and up to 100 seconds more. Here it takes 5 seconds, while a task
needs 3 at most, and a worker looks each second.
"""

from collections.abc import Sequence

from celery import Celery

from benchmarks.peers.driving import INTERVAL, LIMIT, STORE, call_upstream, drive

app = Celery("peers", broker=STORE)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    broker_transport_options={
        "visibility_timeout": 5,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 5,
    },
)


@app.task(name="call", rate_limit=f"{60 * LIMIT // INTERVAL}/m")
def call(record_id: int) -> None:
    """Call the upstream."""
    call_upstream(record_id)


def submit(ids: Sequence[int]) -> None:
    """Send a task for each id."""
    for record_id in ids:
        call.delay(record_id)


if __name__ == "__main__":
    drive(lambda: app.worker_main(["worker", f"--concurrency={LIMIT}", "--loglevel=WARNING"]), submit)
