"""The two stores tell the same after whatever is done to both."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from ingest_service.ports.store import ListFilter, Store
from ingest_service.stores.memory import MemoryStore
from ingest_service.stores.sqlite.store import SqliteStore

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Outcome, Retry, Slip, Slot, Verdict
from ingest_service.domain.model import Batch, Priority, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import KeyReused
from tests.doubles import VirtualClock

VERDICTS: list[Verdict] = [
    Outcome(1, "{}"),
    Outcome(1, None, "HTTP 404", 2, 404),
    Retry(1, 50, 70),
    Retry(2, 90, 95),
]
priorities = st.sampled_from(Priority)
places = st.integers(0, 20)


def seen(store: Store) -> Iterator[object]:
    """Yield all that a store tells."""
    listed = store.listed(ListFilter(None, None, 10**9, 99))
    yield listed
    yield [store.listed(ListFilter(s, p, 10**9, 99)) for s in (None, *Status) for p in (None, *Priority)]
    yield [store.listed(ListFilter(s, None, len(listed), 2)) for s in (None, *Status)]
    yield sorted((entry, tuple(entry.positions), entry.attempts, due) for entry, due in store.waiting())
    yield store.slots(10**9, 99)
    yield dict(store.batch_counts()), store.paused_at(), store.paused_until(), store.last_slot()
    yield store.failed_counts([progress.sequence for progress in listed])
    for progress in listed:
        sequence, ingestion_id = progress.sequence, progress.ingestion.id
        assert store.find(ingestion_id) == progress
        yield store.ids(sequence), store.standing(sequence), store.slips(sequence), store.account(sequence)
        yield store.outcomes(ingestion_id, -1, 99), store.failed_ids(ingestion_id)
        yield store.batch_histories(progress, range(progress.ingestion.batch_count))


class BothStores(RuleBasedStateMachine):
    """Does everything to a store in memory and to one in SQLite."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = VirtualClock()
        self.memory = MemoryStore(self.clock)
        self.stores: list[Store] = [self.memory, SqliteStore(Path(self.folder.name, "ingest.db"), self.clock)]
        self.slot: Slot | None = None
        self.accepted = self.slots = 0
        for store in self.stores:
            store.start()

    def teardown(self) -> None:
        for store in self.stores:
            store.stop()
        self.folder.cleanup()

    def waiting(self) -> list[Entry]:
        return sorted(entry for entry, _ in self.memory.waiting())

    @rule(
        priority=priorities,
        ids=st.integers(1, 8),
        key=st.sampled_from([None, None, "a", "b"]),
        deadline=st.sampled_from([None, 5]),
    )
    def add(self, priority: Priority, ids: int, key: str | None, deadline: int | None) -> None:
        self.accepted += 1
        submission = Submission(
            UUID(int=self.accepted << 64), priority, 3, PackedIds.of(range(1, ids + 1)), deadline=deadline
        )
        first, second = (self.add_to(store, submission, key) for store in self.stores)
        assert first == second

    def add_to(self, store: Store, submission: Submission, key: str | None) -> object:
        entries: list[Entry] = []
        try:
            return store.add(submission, entries.append, key), entries
        except KeyReused as error:
            return str(error), entries

    @precondition(lambda self: self.waiting())
    @rule(choices=st.lists(st.tuples(places, st.integers(1, 3)), min_size=1, max_size=3))
    def open_slot(self, choices: list[tuple[int, int]]) -> None:
        """Open a slot; one that is open is never closed, as after a crash."""
        waiting = self.waiting()
        chosen = {place % len(waiting): count for place, count in choices}
        self.slots += 1
        self.slot = Slot(self.slots, "b", self.slots, self.clock.wall(), tuple(self.batches(waiting, chosen)))
        for store in self.stores:
            store.open_slot(self.slot)

    def batches(self, waiting: Sequence[Entry], chosen: dict[int, int]) -> Iterator[Batch]:
        for place, count in sorted(chosen.items()):
            yield waiting[place].split(min(count, waiting[place].next_size))[0]

    @precondition(lambda self: self.slot is not None)
    @rule(choices=st.lists(st.sampled_from(VERDICTS), min_size=9, max_size=9), paused_until=st.none() | places)
    def close_slot(self, choices: list[Verdict], paused_until: int | None) -> None:
        assert self.slot is not None
        for store in self.stores:
            store.close_slot(self.slot, choices[: len(self.slot.ids)], self.slots, paused_until or None)
        self.slot = None

    @rule(sequence=places, chosen=st.lists(places, max_size=3))
    def cancel(self, sequence: int, chosen: list[int]) -> None:
        """Cancel, with outcomes of some of the ids that wait."""
        in_flight = {batch.sequence: batch.positions for batch in self.slot.batches} if self.slot else {}
        left = [
            position
            for entry in self.waiting()
            if entry.sequence == sequence
            for position in entry.positions
            if position not in in_flight.get(sequence, ())
        ]
        outcomes = [(left[place % len(left)], Outcome(9, error="cancelled")) for place in chosen if left]
        for store in self.stores:
            store.cancel(sequence, outcomes)

    @rule(sequence=places, priority=priorities)
    def reprioritise(self, sequence: int, priority: Priority) -> None:
        for store in self.stores:
            store.reprioritise(sequence, priority)

    @rule(sequences=st.sets(places, max_size=4), at=places)
    def add_slips(self, sequences: set[int], at: int) -> None:
        for store in self.stores:
            store.add_slips({sequence: Slip(at, 1, 2, "because") for sequence in sequences})

    @rule(at=st.none() | places)
    def pause(self, at: int | None) -> None:
        for store in self.stores:
            store.pause(at)

    @rule()
    def restart(self) -> None:
        self.slot = None
        for store in self.stores:
            store.stop()
            store.start()

    @rule(age=st.integers(-1, 3), key_age=st.integers(-1, 3), most=st.integers(1, 9))
    def prune(self, age: int, key_age: int, most: int) -> None:
        now = self.clock.wall()
        for store in self.stores:
            while store.prune(now - age, now - key_age, most):
                pass

    @rule()
    def wait(self) -> None:
        self.clock.time += 1

    @invariant()
    def both_tell_the_same(self) -> None:
        for told, told_too in zip(*map(seen, self.stores), strict=True):
            assert told == told_too


BothStores.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_both_stores_tell_the_same = BothStores.TestCase
