"""State of the dispatcher, and the backlog, as text."""

from collections.abc import Iterator
from datetime import datetime

from ingestctl.models import Dispatcher
from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, behind, window


def state(dispatcher: Dispatcher, now: datetime) -> str:
    """Return the state of the dispatcher in a sentence."""
    return "; ".join(_sentences(dispatcher, now))


def backlog_rows(dispatcher: Dispatcher) -> Rows:
    """Return the backlog by priority."""
    cells = [
        (priority, f"{depth.ingestions:,}", f"{depth.batches:,}", f"{depth.ids:,}")
        for priority, depth in dispatcher.backlog.items()
    ]
    return Rows(("Priority", "Ingestions", "Batches", "Ids"), cells)


def limit_lines(dispatcher: Dispatcher, now: datetime) -> Iterator[str]:
    """Yield a line for each limit: what is used of it and what is left."""
    for limit in dispatcher.limits:
        frees = f"; the next seat comes free at {ahead(limit.next_free_at, now)}" if limit.next_free_at else ""
        yield f"{limit.used:,} of {limit.ids:,} ids in {window(limit.seconds)} used, {limit.left:,} left{frees}"


def replica_names(dispatcher: Dispatcher) -> str:
    """Return the names of the processes that share the database."""
    return ", ".join(replica.name for replica in dispatcher.replicas)


def _sentences(dispatcher: Dispatcher, now: datetime) -> Iterator[str]:
    if dispatcher.paused_at:
        yield f"paused by an operator since {behind(dispatcher.paused_at, now)}"
    else:
        yield dispatcher.state
    if dispatcher.upstream_paused_until and dispatcher.upstream_paused_until > now:
        yield f"paused by the upstream until {ahead(dispatcher.upstream_paused_until, now)}"
    if dispatcher.probing:
        yield "trying one id, to see whether the upstream is back"
    if dispatcher.next_slot_at:
        yield f"the next slot opens at {ahead(dispatcher.next_slot_at, now)}"
    elif not any(depth.batches for depth in dispatcher.backlog.values()):
        yield "nothing waits"
