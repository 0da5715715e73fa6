"""Recovery of the backlog and the pace from the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from ingest_service.backlog.backlog import Backlog
from ingest_service.clock import Clock
from ingest_service.dispatch.pacer import Pacer
from ingest_service.dispatch.retries import LONGEST_BACKOFF
from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import LastSlot, LedgerSlot
from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import CalledSlot, UsageLog, each_before_the_next
from ingest_service.errors import SettingError


def first_start(last: LastSlot | None, boot: str, now: int, interval: int) -> int:
    """Return the earliest opening of the first slot after a start of the service at `now` in the boot `boot`.

    One interval after the last call in the ledger where that is proven: same boot, the ledger this machine
    wrote last, and a slot that was closed, since the calls of an open one started at an unknown time. In any
    doubt one whole interval from now. A ledger that never knew a slot has nothing to wait for.
    """
    if last is None:
        return now
    if last.started is None or not last.trusted or not boot or last.boot != boot or last.started > now:
        return now + interval
    return last.started + interval


def recovered_pacer(last: LastSlot | None, paused_until: int, clock: Clock, rate: RateLimit) -> Pacer:
    """Return a pacer that counts from what the ledger proves, and keeps a pause that lasts (wall clock)."""
    pacer = Pacer(rate.interval, first_start(last, clock.boot(), clock.now(), rate.interval))
    pacer.pause(_from_wall(clock, paused_until, rate.longest_pause))
    return pacer


def recovered_usage(slots: Sequence[LedgerSlot], last: LastSlot | None, clock: Clock, rate: RateLimit) -> UsageLog:
    """Return what quotas count, by the last slots of the ledger in their order.

    Where the boot does not prove when a slot was, the wall clock counts. A time in the future counts as now, and
    so does that of a slot that was never closed; but each slot was before the next one. Slots that the ledger has
    lost count as full ones, and as when that was found.
    """
    times = each_before_the_next([_latest_start(slot, clock) for slot in slots])
    called = [CalledSlot(time, slot.ids) for time, slot in zip(times, slots, strict=True)]
    if last is not None and last.lost:
        called.append(CalledSlot(_passed(last.lost_at, clock), last.lost * rate.slot_size))
    return UsageLog(rate, sorted(called, key=lambda slot: slot.started))


def _latest_start(slot: LedgerSlot, clock: Clock) -> int:
    """Return the latest time at which the last call of a slot can have started, on the clock of this boot."""
    if slot.started is None:
        return clock.now()
    if slot.boot and slot.boot == clock.boot():
        return min(clock.now(), slot.started)
    return _passed(slot.opened_at + slot.started - slot.opened, clock)


def _passed(at: int, clock: Clock) -> int:
    """Return a time of the wall clock on the monotonic one, no later than now."""
    # The wall clock is read first: a delay between the two then only makes the time later.
    wall = clock.wall()
    return clock.now() - max(0, wall - at)


def recovered_backlog(waiting: Iterable[tuple[Entry, int]], clock: Clock, rate: RateLimit) -> Backlog:
    """Return a backlog of the entries of a journal.

    Each comes with the time (wall clock) before which no slot may take it, 0 for none. Raises SettingError where
    a waiting batch is larger than a slot, for it could never be released.
    """
    entries, delayed = [], []
    for entry, due_at in waiting:
        if due_at:
            delayed.append(replace(entry, ready=_from_wall(clock, due_at, LONGEST_BACKOFF)))
        else:
            entries.append(entry)
    require_fit(chain(entries, delayed), rate.slot_size)
    backlog = Backlog()
    backlog.load(entries)
    for entry in delayed:
        backlog.put_later(entry)
    return backlog


def _from_wall(clock: Clock, at: int, most: int) -> int:
    """Return a time of the wall clock on the monotonic one, no more than `most` from now."""
    # The wall clock is read first: a delay between the two then only makes the wait longer.
    left = min(at - clock.wall(), most)
    return clock.now() + left


def require_fit(entries: Iterable[Entry], slot_size: int) -> None:
    """Raise SettingError for the first entry with a batch that is larger than a slot."""
    for entry in entries:
        size = entry.ingestion.batch_size
        if size > slot_size and entry.largest_size > slot_size:
            raise SettingError(
                f"slots of {slot_size} (INGEST_SLOT_SIZE, or the shortest of INGEST_LIMITS) are not allowed: "
                f"ingestion {entry.ingestion.id} waits "
                f"in batches of {size}; allowed is {size} or more until it is done"
            )
