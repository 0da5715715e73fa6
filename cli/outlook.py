"""When an ingestion is done, and why not earlier, in sentences; `now` brings the time zone of the reader."""

from collections.abc import Iterator
from datetime import datetime

from cli.ingestion import Ingestion, Status
from cli.times import clock, how_soon
from cli.why import Ahead, Why


def outlook(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield the countdown to the end, if that is known, and what the ingestion waits for, if it does."""
    if ingestion.completes_at:
        yield _countdown(ingestion.status, ingestion.completes_at, now)
    if ingestion.why and (reasons := "; ".join(_reasons(ingestion.why, now))):
        yield reasons


def _countdown(status: Status, time: datetime, now: datetime) -> str:
    if status is Status.COMPLETED:
        return f"done at {clock(time, now)}"
    return f"done {how_soon(time, now)}, at {clock(time, now)}"


def _reasons(why: Why, now: datetime) -> Iterator[str]:
    if why.ahead:
        go = "go" if sum(ahead.batches for ahead in why.ahead) > 1 else "goes"
        yield f"{' and '.join(map(_crowd, why.ahead))} {go} first"
    if why.paused_until and why.paused_until > now:
        yield f"paused by the upstream until {clock(why.paused_until, now)}"
    if why.next_at:
        yield f"the next batch runs at {clock(why.next_at, now)}"


def _crowd(ahead: Ahead) -> str:
    batches = "batch" if ahead.batches == 1 else "batches"
    ingestions = "ingestion" if ahead.ingestions == 1 else "ingestions"
    return f"{ahead.batches:,} {ahead.priority} {batches} of {ahead.ingestions:,} {ingestions}"
