"""A copy of what waits in the database, without ids."""

from collections.abc import Collection, Iterator
from heapq import merge

from ingest_service.backlog.packing import ids_in_next_slot
from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority
from ingest_service.domain.ordered_entries import OrderedEntries, WaitingEntries
from ingest_service.domain.rate import RateLimit
from ingest_service.stores.postgres.waiting import EntriesRead

# One change in a collection takes as long as putting this many entries into order.
_ENTRIES_PER_CHANGE = 32


class BacklogCopy:
    """Entries that a slot may take, and those that none may take before they are ready. One thread at a time."""

    def __init__(self) -> None:
        self._now = OrderedEntries()
        self._later = OrderedEntries()

    def load(self, entries: EntriesRead) -> None:
        """Hold these entries, and nothing else."""
        self._now = OrderedEntries.of(entries.now)
        self._later = OrderedEntries.of(entries.later)

    def replace(self, sequences: Collection[int], entries: EntriesRead) -> None:
        """Hold these entries in place of all that were held of these ingestions."""
        if len(sequences) * _ENTRIES_PER_CHANGE > len(self._now) + len(self._later):
            now, later = (_others(held, sequences) for held in (self._now, self._later))
            self.load(EntriesRead([*now, *entries.now], [*later, *entries.later]))
            return
        for sequence in sequences:
            self._now = _without(self._now, sequence)
            self._later = _without(self._later, sequence)
        for entry in entries.now:
            self._now = self._now.with_entry(entry)
        for entry in entries.later:
            self._later = self._later.with_entry(entry)

    @property
    def ready(self) -> int | None:
        """Earliest time at which a slot may open for any entry, None if nothing waits."""
        times = (self._now.first_ready, self._later.first_ready)
        return min((time for time in times if time is not None), default=None)

    def ids_ahead(self, rate: RateLimit, now: int, probe: bool) -> int:
        """Return how many ids the next slot would carry if it opened now, 0 if nothing may be taken."""
        joined = sorted(entry for entry in self._later if entry.ready <= now)
        entries = merge(self._now, joined)
        return ids_in_next_slot(entries, rate, probe) if self._now or joined else 0

    def next_join(self, now: int) -> int | None:
        """Return when the next entry is ready after now that no slot may take before, None without one."""
        return min((entry.ready for entry in self._later if entry.ready > now), default=None)

    def snapshot(self, slots: int) -> WaitingEntries:
        """Return all that waits; `slots` have been filled so far."""
        return WaitingEntries(self._now, self._later, slots)


def _others(entries: OrderedEntries, sequences: Collection[int]) -> Iterator[Entry]:
    return (entry for entry in entries if entry.sequence not in sequences)


def _without(entries: OrderedEntries, sequence: int) -> OrderedEntries:
    for priority in Priority:
        for entry in entries.of_ingestion((priority, sequence)):
            entries = entries.without(entry)
    return entries
