"""Backlogs in very small blocks, and what stepping through their slots tells of them."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from hypothesis import strategies as st

from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import Ingestion, Priority, Submission
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.domain.usage import CalledSlot, Usage, UsageLog
from ingest_service.schedule.snapshot import ScheduleSnapshot

WALL_OFFSET = 1000
THREE_IN_FIVE = RateLimit(3, 5, 0, 0)

priorities = st.sampled_from(Priority)

whole_batches = st.builds(RateLimit, st.integers(1, 7), st.integers(1, 9), st.integers(0, 9), st.just(0))
any_rates = st.builds(replace, whole_batches, fills=st.booleans())


def whole(sequence: int, count: int, priority: Priority = Priority.LOW) -> Entry:
    """Return the entry of an ingestion of this many ids, in batches of 3."""
    return Entry.whole(sequence, Ingestion(sequence, priority, 3, count))


def snapshot_of(rate: RateLimit, entries: Iterable[Entry] = (), largest: int = 8) -> ScheduleSnapshot:
    """Return the moment 0 of a service with these entries, in blocks of at most `largest`, that called nothing."""
    return ScheduleSnapshot(
        waiting=WaitingEntries(OrderedEntries.of(entries, largest), OrderedEntries()),
        next_start=0,
        rate=rate,
        probing=False,
        wall_offset=WALL_OFFSET,
        paused_until=0,
        paused_at=None,
        took=0,
        now=0,
        usage=UsageLog(rate).usage,
    )


def with_later(snapshot: ScheduleSnapshot, entry: Entry) -> ScheduleSnapshot:
    """Return the snapshot with an entry that no slot may take before it is ready."""
    return replace(snapshot, waiting=replace(snapshot.waiting, later=snapshot.waiting.later.with_entry(entry)))


@st.composite
def quotas_of(draw: st.DrawFn, rate: RateLimit) -> tuple[Quota, ...]:
    """Up to three longer limits of a rate, which may bind or not."""
    quota = st.builds(Quota, st.integers(rate.slot_size, 9 * rate.slot_size), st.integers(rate.interval, 90))
    return tuple(draw(st.lists(quota, min_size=1, max_size=3)))


@st.composite
def with_quotas(draw: st.DrawFn) -> RateLimit:
    """A rate with longer limits and a guard."""
    rate: RateLimit = draw(any_rates)
    return replace(rate, quotas=draw(quotas_of(rate)), guard=draw(st.integers(0, 2)))


@st.composite
def usages(draw: st.DrawFn, rate: RateLimit) -> Usage:
    """Slots that were called until now, which may be more than quotas allow: they may have been others then."""
    called = UsageLog(rate)
    for time in sorted(draw(st.lists(st.integers(-90, 0), max_size=12))):
        called.note(CalledSlot(time, draw(st.integers(0, rate.slot_size))))
    return called.usage


@st.composite
def entries_of(draw: st.DrawFn, sequence: int, largest_batch: int) -> tuple[list[Entry], list[Entry]]:
    """One ingestion: what any slot may take of it, and what none may take before it is ready."""
    size, count = draw(st.integers(1, largest_batch)), draw(st.integers(1, 14))
    deadline = draw(st.none() | st.integers(WALL_OFFSET + 1, WALL_OFFSET + 120))
    submission = Submission(
        UUID(int=sequence), draw(priorities), size, PackedIds.of(range(1, count + 1)), deadline
    )
    ingestion = Ingestion.of(submission)
    released = draw(st.integers(0, count))
    now, later = list[Entry](), list[Entry]()
    if released < count:
        ready = draw(st.sampled_from([0, 0, 0, 7]))
        now.append(Entry.of(sequence, ingestion, range(released, count), ready=ready))
    for first in range(0, released, size):
        if draw(st.integers(0, 3)) == 0:
            again = tuple(range(first, min(first + size, released)))[-draw(st.integers(1, size)) :]
            waits_more = draw(st.booleans())
            ready = draw(st.integers(1, 120)) if waits_more else 0
            (later if waits_more else now).append(Entry.of(sequence, ingestion, again, 1, ready))
    return now, later


@st.composite
def snapshots(draw: st.DrawFn, rate: st.SearchStrategy[RateLimit] = whole_batches) -> ScheduleSnapshot:
    """A backlog of some ingestions in blocks of one to four entries, at any moment."""
    limit = draw(rate)
    parts = [draw(entries_of(sequence, limit.slot_size)) for sequence in range(draw(st.integers(0, 16)))]
    now, later = ([entry for part in parts for entry in part[which]] for which in (0, 1))
    if draw(st.booleans()):
        later = []
    largest = draw(st.sampled_from([2, 3, 8]))
    return ScheduleSnapshot(
        waiting=WaitingEntries(OrderedEntries.of(now, largest), OrderedEntries.of(later, largest), 5),
        next_start=draw(st.integers(0, 9)),
        rate=limit.late_by(draw(st.integers(0, 2))) if limit.quotas else limit,
        probing=draw(st.booleans()),
        wall_offset=WALL_OFFSET,
        paused_until=0,
        paused_at=None,
        took=2,
        now=0,
        usage=draw(usages(limit)),
    )


def stepped_ends(snapshot: ScheduleSnapshot, *, in_time: bool) -> dict[Place, int]:
    """Return the end of every ingestion, found by stepping: its last slot, by its opening or by its number."""
    ends = dict[Place, int]()
    for number, slot in enumerate(snapshot.slots(), snapshot.waiting.slots):
        for batch in slot.batches:
            ends[batch.ingestion.priority, batch.sequence] = slot.opens if in_time else number
    return ends


def without_some(snapshot: ScheduleSnapshot, every: int) -> ScheduleSnapshot:
    """Return the snapshot without some of its entries, each removed by itself, so that blocks are shared."""
    now = snapshot.waiting.now
    for entry in list(now)[::every]:
        now = now.without(entry)
    return replace(snapshot, waiting=replace(snapshot.waiting, now=now))
