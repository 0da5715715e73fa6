"""The calls of a ledger beside those of a log: every difference, explained."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import TypeVar

from ingestctl.audit.upstream_log import LoggedCall
from ingestctl.models import PastSlot

# Seconds by which a call may come to the upstream later than its slot was closed, or the clocks may drift.
TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class LedgerCall:
    """A call of the ledger, in a slot that was open between two times (seconds since 1970).

    `closed` is None where the slot was never closed.
    """

    record_id: int
    slot: int
    opened: float
    closed: float | None


Call = TypeVar("Call", LedgerCall, LoggedCall)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The calls of both. `offset` is the seconds that the clock of the log is ahead, None without a common call.

    `extra` are calls that only the log has, `missing` those that only the ledger has. `outside` counts the calls
    of either that are before the other one begins, or after it ends.
    """

    matched: int
    offset: float | None
    extra: Sequence[LoggedCall]
    missing: Sequence[LedgerCall]
    outside: int


def ledger_calls(slots: Iterable[PastSlot]) -> Iterator[LedgerCall]:
    """Yield the calls of slots."""
    for slot in slots:
        closed = None if slot.closed_at is None else slot.closed_at.timestamp()
        for record_id in slot.ids:
            yield LedgerCall(record_id, slot.number, slot.opened_at.timestamp(), closed)


def compare(ledger: Iterable[LedgerCall], log: Iterable[LoggedCall]) -> Comparison:
    """Match the calls of both, of each id in the order of time."""
    written = _by_id(sorted(ledger, key=lambda call: call.opened))
    logged = _by_id(sorted(log, key=lambda call: call.time))
    offset = _offset(written, logged)
    first, last = _overlap(written, logged, offset or 0.0)
    matched, outside = 0, 0
    extra: list[LoggedCall] = []
    missing: list[LedgerCall] = []
    for record_id in written.keys() | logged.keys():
        pairs, only_written, only_logged = _match(
            written.get(record_id, ()), logged.get(record_id, ()), offset or 0.0
        )
        matched += pairs
        missing += [call for call in only_written if first <= call.opened <= last]
        extra += [call for call in only_logged if first <= call.time - (offset or 0.0) <= last]
        outside += len(only_written) + len(only_logged)
    outside -= len(missing) + len(extra)
    return Comparison(
        matched,
        offset,
        sorted(extra, key=lambda call: call.time),
        sorted(missing, key=lambda call: call.opened),
        outside,
    )


def too_close(log: Sequence[LoggedCall], ids: int, seconds: float) -> Iterator[tuple[LoggedCall, LoggedCall]]:
    """Yield the first and the last of `ids` + 1 calls, in order of time, that certainly started in one window.

    A time in whole seconds may be up to a second later than it is written.
    """
    for first, last in zip(log, log[ids:], strict=False):
        # Rounded: the difference of two times in floating point is not exact to the microsecond.
        if round(last.time - first.time + last.resolution - seconds, 6) <= 0 and last.time - first.time < seconds:
            yield first, last


def sentences_of(comparison: Comparison) -> Iterator[str]:
    """Yield a sentence about each difference."""
    for call in comparison.extra:
        yield (
            f"The upstream was called for id {call.record_id} at {_clock(call.time)}, but the ledger has no such "
            "call: another client made it, or slots are missing in the ledger."
        )
    for one in comparison.missing:
        if one.closed is None:
            yield (
                f"Id {one.record_id} of slot {one.slot} is not in the log: the slot was never closed: it is "
                "open now, or the service ended in it, before this call."
            )
        else:
            yield (
                f"Id {one.record_id} of slot {one.slot} ({_clock(one.opened)}) is not in the log: the request did "
                "not arrive, or the log is not whole."
            )


def _by_id(calls: Iterable[Call]) -> dict[int, list[Call]]:
    found: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        found[call.record_id].append(call)
    return found


def _offset(written: dict[int, list[LedgerCall]], logged: dict[int, list[LoggedCall]]) -> float | None:
    """Return the median of the differences of those ids that both have equally often."""
    differences = [
        seen.time + seen.resolution / 2 - call.opened
        for record_id, calls in written.items()
        if len(calls) == len(logged.get(record_id, ()))
        for call, seen in zip(calls, logged[record_id], strict=True)
    ]
    return median(differences) if differences else None


def _overlap(
    written: dict[int, list[LedgerCall]], logged: dict[int, list[LoggedCall]], offset: float
) -> tuple[float, float]:
    """Return the time that both have, of the clock of the ledger."""
    opened = [call.opened for calls in written.values() for call in calls]
    seen = [call.time - offset for calls in logged.values() for call in calls]
    if not opened or not seen:
        return float("-inf"), float("inf")
    return max(min(opened), min(seen)) - TOLERANCE, min(max(opened), max(seen)) + TOLERANCE


def _match(
    written: Sequence[LedgerCall], logged: Sequence[LoggedCall], offset: float
) -> tuple[int, list[LedgerCall], list[LoggedCall]]:
    """Pair the calls of one id; return the number of pairs, and what is left of both."""
    pairs, only_written, only_logged = 0, [], []
    rest = list(reversed(logged))
    for place, call in enumerate(written):
        ends = None if call.closed is None else call.closed + TOLERANCE
        if ends is None and place + 1 < len(written):
            ends = written[place + 1].opened
        while rest and rest[-1].time - offset < call.opened - TOLERANCE - rest[-1].resolution:
            only_logged.append(rest.pop())
        if rest and (ends is None or rest[-1].time - offset < ends):
            rest.pop()
            pairs += 1
        else:
            only_written.append(call)
    return pairs, only_written, [*only_logged, *rest]


def _clock(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
