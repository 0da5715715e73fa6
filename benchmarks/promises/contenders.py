"""The queues that are compared. Each driver says how it is set up; docs/reliability.md says what each promises."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.promises.environments import Environment, node, ours, python
from benchmarks.promises.stores import Store, of_this_service, postgresql, redis, sqlite_file
from ingest_service import __version__


@dataclass(frozen=True, slots=True)
class Contender:
    """A queue: `name` as a word of the command line, `title` for readers, its driver, and what this needs."""

    name: str
    title: str
    version: str
    driver: str
    packages: Sequence[str]
    environment: Environment
    store: Store


CONTENDERS = (
    Contender("ours", "this service", __version__, "this_service", (), ours, of_this_service),
    Contender("bullmq", "BullMQ", "6.7.0", "bullmq_jobs.mjs", ("bullmq@6.7.0", "ioredis@6.0.0"), node, redis),
    Contender("celery", "Celery", "5.7.0", "celery_tasks", ("celery[redis]==5.7.0",), python, redis),
    Contender("huey", "Huey", "3.5.4", "huey_tasks", ("huey==3.5.4",), python, sqlite_file),
    Contender("dbos", "DBOS", "3.4.0", "dbos_workflows", ("dbos==3.4.0",), python, postgresql),
)
