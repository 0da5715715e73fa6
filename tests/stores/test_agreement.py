"""Each store and the model of one agree after anything that is done to both."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Protocol
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ingest_service.dispatch.journal import Journal
from ingest_service.domain.entry import Entry
from ingest_service.domain.failures import FailureQuery
from ingest_service.domain.ledger import Outcome, Retry, Slip, Slot, Uncalled, Verdict
from ingest_service.domain.model import Batch, Ingestion, Priority, Status, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import KeyReused
from ingest_service.ports.records import BelievedTime, BoardQuery, ListFilter, MinutesQuery, Records
from tests.doubles import VirtualClock
from tests.simulation import SECOND
from tests.stores.model.journal import ModelJournal
from tests.stores.model.records import ModelRecords
from tests.stores.store import Store

VERDICTS: list[Verdict] = [
    Outcome(1, "{}"),
    Outcome(1, None, "HTTP 404", 2, 404),
    Retry(1, 50, 70),
    Retry(2, 90, 95),
    Uncalled(),
]
KEYS = ("a", "b")
# Of the first ingestion, and of many.
PREFIXES = (f"{1:016x}", "0" * 15)
FAILURES = (FailureQuery(99, 9, 9, 3), FailureQuery(2, 1, 1, 1))
priorities = st.sampled_from(Priority)
places = st.integers(0, 20)
choices = st.lists(st.tuples(places, st.sampled_from([3, 3, 2, 1])), min_size=1, max_size=3)
# The second leaves a hole between two ids of a batch that are called again together.
verdicts = st.lists(st.sampled_from(VERDICTS), min_size=9, max_size=9) | st.just(
    [Retry(1, 50, 70), Outcome(1)] * 5
)


class Side(Protocol):
    """One of the two that are to agree."""

    @property
    def journal(self) -> Journal: ...

    @property
    def records(self) -> Records: ...


class Model:
    """The journal and the records of the model."""

    def __init__(self, clock: VirtualClock) -> None:
        self.journal = ModelJournal(clock)
        self.records = ModelRecords(self.journal)


def seen(side: Side, submissions: Sequence[Submission]) -> Iterator[object]:
    """Yield all that can be read."""
    records, journal = side.records, side.journal
    listed = records.listed(ListFilter(None, None, 10**9, 99))
    yield listed
    yield [records.listed(ListFilter(s, p, 10**9, 99)) for s in (None, *Status) for p in (None, *Priority)]
    yield [records.listed(ListFilter(s, None, len(listed), 2)) for s in (None, *Status)]
    yield [records.listed(ListFilter(s, None, 10**9, 2, above=1)) for s in (None, *Status)]
    yield [
        records.listed(ListFilter(s, p, 10**9, 99, None, True)) for s in (None, *Status) for p in (None, *Priority)
    ]
    yield [records.listed(ListFilter(None, None, 4, 2, above, failed=True)) for above in (None, 1)]
    yield [records.listed(ListFilter(None, None, 10**9, 2, 1, id_prefix=prefix)) for prefix in PREFIXES]
    yield [records.listed(ListFilter(s, None, 10**9, 99, id_prefix=PREFIXES[0])) for s in (None, *Status)]
    waiting = sorted(journal.waiting(0), key=itemgetter(0))
    yield [(entry, entry.ingestion, tuple(entry.positions), entry.attempts, due) for entry, due in waiting]
    yield [journal.record_ids(entry.sequence, entry.positions) for entry, _ in waiting]
    yield records.batch_ids(tuple(entry.split(entry.next_size)[0] for entry, _ in waiting))
    yield records.slots(10**9, 99), records.slots(3, 2)
    yield records.board(BoardQuery(9, 3, 0, 99)), records.board(BoardQuery(2, 99, 3, 2))
    yield records.minutes(MinutesQuery(0, 99, 0)), records.minutes(MinutesQuery(2, 2, 1_700_001_060 * SECOND))
    yield dict(records.batch_counts()), journal.paused_at(), journal.paused_until(), journal.last_slot()
    yield journal.refused_slots(), journal.called(99), journal.called(2)
    for progress, _ in listed:
        assert records.progress(progress.ingestion.id) == progress
        yield records.ids(progress.sequence), journal.release_states([progress.sequence])[progress.sequence]
        yield [records.history(progress.sequence, query) for query in FAILURES]
    for submission in submissions:
        yield from seen_of(records, submission.id)
        yield [known(journal, submission, key) for key in KEYS]


def seen_of(records: Records, ingestion_id: UUID) -> Iterator[object]:
    """Yield all that can be read of an ingestion, which may have been removed."""
    yield records.progress(ingestion_id), records.ingestion(ingestion_id), records.failed_ids(ingestion_id)
    yield records.outcomes(ingestion_id, -1, 99), records.outcomes(ingestion_id, 1, 2)
    yield records.outcomes(ingestion_id, -1, 99, 3)
    yield records.batches(ingestion_id, -1, 99), records.batches(ingestion_id, 0, 1)
    yield records.details(ingestion_id, 99), records.details(ingestion_id, 1)


def known(journal: Journal, submission: Submission, key: str) -> object:
    try:
        return journal.resubmitted(submission, key)
    except KeyReused as error:
        return str(error)


class BothSides(RuleBasedStateMachine):
    """Does everything to the model and to a store."""

    def __init__(self, make_store: Callable[[VirtualClock], Store]) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.model = Model(self.clock)
        self.store = make_store(self.clock)
        self.sides: list[Side] = [self.model, self.store]
        self.slot: Slot | None = None
        self.slots = 0
        self.submissions: list[Submission] = []
        self.store.start()

    def teardown(self) -> None:
        self.store.stop()

    def waiting(self) -> list[Entry]:
        return sorted(entry for entry, _ in self.model.journal.waiting(0))

    @rule(
        priority=priorities,
        ids=st.integers(1, 8),
        key=st.sampled_from([None, None, *KEYS]),
        deadline=st.sampled_from([None, 5]),
    )
    def add(self, priority: Priority, ids: int, key: str | None, deadline: int | None) -> None:
        ingestion_id = UUID(int=len(self.submissions) + 1 << 64)
        submission = Submission(ingestion_id, priority, 3, PackedIds.of(range(1, ids + 1)), deadline=deadline)
        self.submissions.append(submission)
        first, second = (self.add_to(side.journal, submission, key) for side in self.sides)
        assert first == second

    def add_to(self, journal: Journal, submission: Submission, key: str | None) -> object:
        accepted: list[tuple[int, Ingestion]] = []
        try:
            return journal.add(submission, lambda *one: accepted.append(one), key), accepted
        except KeyReused as error:
            return str(error), accepted

    @precondition(lambda self: self.waiting())
    @rule(choices=choices)
    def open_slot(self, choices: list[tuple[int, int]]) -> None:
        """Open a slot; one that is open is never closed, as after a crash."""
        self.open(choices)

    @precondition(lambda self: self.slot is not None)
    @rule(verdicts=verdicts, paused_until=st.none() | places, refused=st.integers(0, 2))
    def close_slot(self, verdicts: list[Verdict], paused_until: int | None, refused: int) -> None:
        self.close(verdicts, paused_until, refused)

    @precondition(lambda self: self.waiting())
    @rule(choices=choices, verdicts=verdicts, refused=st.integers(0, 2))
    def run_slot(self, choices: list[tuple[int, int]], verdicts: list[Verdict], refused: int) -> None:
        """Open a slot and close it, with nothing in between."""
        self.open(choices)
        self.close(verdicts, None, refused)

    def open(self, choices: list[tuple[int, int]]) -> None:
        waiting = self.waiting()
        chosen = {place % len(waiting): count for place, count in choices}
        self.slots += 1
        batches = tuple(self.batches(waiting, chosen))
        ids = self.model.records.batch_ids(batches)
        self.slot = Slot(self.slots, "b", self.slots, self.clock.wall(), batches, ids)
        for side in self.sides:
            side.journal.open_slot(self.slot)

    def batches(self, waiting: Sequence[Entry], chosen: dict[int, int]) -> Iterator[Batch]:
        for place, size in sorted(chosen.items()):
            yield waiting[place].split(min(size, waiting[place].next_size))[0]

    def close(self, verdicts: list[Verdict], paused_until: int | None, refused: int) -> None:
        assert self.slot is not None
        model, store = (side.journal.refusals_before(self.slot, is_last=False) for side in self.sides)
        assert model == store
        own = verdicts[: len(self.slot.ids)]
        for side in self.sides:
            side.journal.close_slot(self.slot, own, self.slots, 7, paused_until or None, refused)
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
        for side in self.sides:
            side.journal.cancel(sequence, outcomes)

    @rule(sequence=places, priority=priorities)
    def reprioritise(self, sequence: int, priority: Priority) -> None:
        for side in self.sides:
            side.journal.reprioritise(sequence, priority)

    @rule(sequences=st.sets(places, max_size=4), at=places)
    def add_slips(self, sequences: set[int], at: int) -> None:
        for side in self.sides:
            side.records.add_slips({sequence: Slip(at, 1, 2, "because") for sequence in sequences})

    @rule(at=st.none() | places)
    def pause(self, at: int | None) -> None:
        for side in self.sides:
            side.journal.pause(at)

    @rule()
    def restart(self) -> None:
        self.slot = None
        self.store.restart()

    @rule(age=st.integers(-1, 3), key_age=st.integers(-1, 3), most=st.integers(1, 9))
    def prune(self, age: int, key_age: int, most: int) -> None:
        now = self.clock.wall()
        expected, found = (side.records.latest() for side in self.sides)
        assert expected == found
        expected_time, found_time = (side.records.believed_time() for side in self.sides)
        assert expected_time == found_time
        for side in self.sides:
            side.records.keep_believed_time(BelievedTime(now - age, now - key_age))
            while side.records.prune(now - age, now - key_age, most):
                pass

    @rule(time=st.sampled_from([1, 60 * SECOND]))
    def wait(self, time: int) -> None:
        self.clock.time += time

    @invariant()
    def both_agree(self) -> None:
        for expected, found in zip(*(seen(side, self.submissions) for side in self.sides), strict=True):
            assert expected == found


def agree(make_store: Callable[[VirtualClock], Store], max_examples: int) -> None:
    class Machine(BothSides):
        def __init__(self) -> None:
            super().__init__(make_store)

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=max_examples, stateful_step_count=25, deadline=None)
    )


def test_sqlite_and_the_model_agree(tmp_path: Path) -> None:
    files = (tmp_path / f"{number}.db" for number in count())
    agree(lambda clock: Store.in_file(next(files), clock), 40)


def test_postgres_and_the_model_agree(copied_url: str) -> None:
    agree(lambda clock: Store.in_postgres(copied_url, clock), 6)
