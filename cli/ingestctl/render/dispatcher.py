"""What the dispatcher does, and what waits for it, as text; `now` brings the time zone of the reader."""

from collections.abc import Iterator
from datetime import datetime

from ingestctl.models import Dispatcher
from ingestctl.render.rows import Rows
from ingestctl.render.times import ahead, behind


def state(dispatcher: Dispatcher, now: datetime) -> str:
    """Return what it does, in a sentence."""
    return "; ".join(_sentences(dispatcher, now))


def backlog_rows(dispatcher: Dispatcher) -> Rows:
    """Return what waits, by priority."""
    cells = [
        (priority, f"{load.ingestions:,}", f"{load.batches:,}", f"{load.ids:,}")
        for priority, load in dispatcher.backlog.items()
    ]
    return Rows(("Priority", "Ingestions", "Batches", "Ids"), cells)


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
    elif not any(load.batches for load in dispatcher.backlog.values()):
        yield "nothing waits"
