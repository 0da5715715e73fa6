"""DBOS over PostgreSQL: a workflow for each id on a queue with a limiter, in one executor, which recovers."""

from collections.abc import Sequence
from functools import cache
from threading import Event

from dbos import DBOS, DBOSClient, run_dbos_database_migrations

from benchmarks.peers.driving import INTERVAL, LIMIT, STORE, call_upstream, drive

QUEUE = "upstream"


@DBOS.step()
def fetch(record_id: int) -> None:
    """Call the upstream."""
    call_upstream(record_id)


@DBOS.workflow()
def call(record_id: int) -> None:
    """Call the upstream in a step, which is not made again once its end is written down."""
    fetch(record_id)


def work() -> None:
    """Launch the executor, which goes on with what another left, and never end."""
    DBOS(config={"name": "peers", "system_database_url": STORE, "run_admin_server": False})
    DBOS.launch()
    limiter = {"limit": LIMIT, "period": INTERVAL}
    DBOS.register_queue(QUEUE, worker_concurrency=LIMIT, limiter=limiter, polling_interval_sec=0.1)
    Event().wait()


def submit(ids: Sequence[int]) -> None:
    """Enqueue a workflow for each id."""
    for record_id in ids:
        _client().enqueue({"workflow_name": call.__qualname__, "queue_name": QUEUE}, record_id)


@cache
def _client() -> DBOSClient:
    run_dbos_database_migrations(STORE)
    return DBOSClient(system_database_url=STORE, application_name="peers")


if __name__ == "__main__":
    drive(work, submit)
