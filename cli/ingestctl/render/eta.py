"""When an ingestion is done, and why not earlier, in sentences; `now` brings the time zone of the reader."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingestctl.models import Ahead, Deadline, Ingestion, Priority, Slip, Status, WaitReason
from ingestctl.render.times import clock, how_soon, span


def eta(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield the countdown to the end, if that is known, and what the ingestion waits for, if it does."""
    yield from ends(ingestion, now)
    yield from waits(ingestion, now)


def ends(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield the countdown to the end, if that is known."""
    if ingestion.completes_at:
        yield _countdown(ingestion.status, ingestion.completes_at, now)


def waits(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield what the ingestion waits for, if it does."""
    if ingestion.why and (reasons := "; ".join(_reasons(ingestion.why, now))):
        yield reasons


def warnings(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield what keeps everything from running, and what has become of the deadline."""
    if ingestion.why and ingestion.why.paused_by_operator:
        yield "paused by an operator: nothing more starts until it is resumed"
    if ingestion.why and ingestion.why.paused_until and ingestion.why.paused_until > now:
        yield f"paused by the upstream until {clock(ingestion.why.paused_until, now)}"
    if ingestion.deadline and not ingestion.deadline.holds and ingestion.status is not Status.CANCELLED:
        yield _missed(ingestion, ingestion.deadline, now)


def put_off(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield what put off the end last, as long as that lies ahead."""
    if ingestion.slips and ingestion.status in (Status.YET_TO_START, Status.TRIGGERED):
        yield _slipped(ingestion.slips[0], now)


def _countdown(status: Status, time: datetime, now: datetime) -> str:
    if status is Status.COMPLETED:
        return f"done at {clock(time, now)}"
    return f"done {how_soon(time, now)}, at {clock(time, now)}"


def _reasons(why: WaitReason, now: datetime) -> Iterator[str]:
    if why.ahead:
        go = "go" if sum(ahead.batches for ahead in why.ahead.values()) > 1 else "goes"
        yield f"{' and '.join(_crowd(priority, ahead) for priority, ahead in why.ahead.items())} {go} first"
    if why.next_at:
        yield f"the next batch runs {how_soon(why.next_at, now)}, at {clock(why.next_at, now)}"


def _crowd(priority: Priority, ahead: Ahead) -> str:
    batches = "batch" if ahead.batches == 1 else "batches"
    ingestions = "ingestion" if ahead.ingestions == 1 else "ingestions"
    return f"{ahead.batches:,} {priority} {batches} of {ahead.ingestions:,} {ingestions}"


def _missed(ingestion: Ingestion, deadline: Deadline, now: datetime) -> str:
    if ingestion.status is Status.COMPLETED:
        return f"missed its deadline, {clock(deadline.at, now)}"
    return f"the deadline, {clock(deadline.at, now)}, no longer holds"


def _slipped(slip: Slip, now: datetime) -> str:
    length = span(timedelta(seconds=slip.seconds))
    slots = "1 slot" if slip.slots == 1 else f"{slip.slots:,} slots"
    reason = slip.text.split(": ", 1)[-1]
    return f"put off by {f'{slots} ({length})' if slip.slots else length} at {clock(slip.at, now)}: {reason}"
