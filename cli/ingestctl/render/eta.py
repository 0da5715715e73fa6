"""Expected end of an ingestion, and what delays it, in sentences."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingestctl.models import Ahead, Deadline, Ingestion, Priority, Slip, Status, WaitReason
from ingestctl.render.times import clock, how_soon, span, window
from ingestctl.render.wording import counted, plural


def eta(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield the countdown to the end, if that is known, and what the ingestion waits for, if it waits."""
    yield from ends(ingestion, now)
    yield from waits(ingestion, now)


def ends(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield the countdown to the end, if that is known."""
    if ingestion.completes_at:
        yield _countdown(ingestion.status, ingestion.completes_at, now)


def waits(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield what the ingestion waits for, if it waits."""
    if ingestion.why and (reasons := "; ".join(_reasons(ingestion.why, now))):
        yield reasons


def warnings(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield pauses, and a deadline that is missed or will be."""
    if ingestion.why and ingestion.why.paused_by_operator:
        yield "paused by an operator: nothing more starts until it is resumed"
    if ingestion.why and ingestion.why.paused_until and ingestion.why.paused_until > now:
        yield f"paused by the upstream until {clock(ingestion.why.paused_until, now)}"
    if ingestion.deadline and not ingestion.deadline.holds and ingestion.status is not Status.CANCELLED:
        yield _missed(ingestion, ingestion.deadline, now)


def put_off(ingestion: Ingestion, now: datetime) -> Iterator[str]:
    """Yield the last event that moved the end, as long as the end is in the future."""
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
    if why.quota:
        until = f" until {clock(why.quota.until, now)}" if why.quota.until else ""
        yield f"the quota of {why.quota.ids:,} in {window(why.quota.seconds)} is used up{until}"
    if why.next_at:
        yield f"the next batch runs {how_soon(why.next_at, now)}, at {clock(why.next_at, now)}"


def _crowd(priority: Priority, ahead: Ahead) -> str:
    batches = plural(ahead.batches, "batch")
    return f"{ahead.batches:,} {priority} {batches} of {counted(ahead.ingestions, 'ingestion')}"


def _missed(ingestion: Ingestion, deadline: Deadline, now: datetime) -> str:
    if ingestion.status is Status.COMPLETED:
        return f"missed its deadline, {clock(deadline.at, now)}"
    return f"the deadline, {clock(deadline.at, now)}, no longer holds"


def _slipped(slip: Slip, now: datetime) -> str:
    """Return an event with its cause; an older service has it in a sentence only."""
    if slip.cause is None:
        return f"put off: {slip.text}"
    length = span(timedelta(seconds=slip.seconds))
    amount = f"{counted(slip.slots, 'slot')} ({length})" if slip.slots else length
    return f"put off by {amount} at {clock(slip.at, now)}: {slip.cause}"
