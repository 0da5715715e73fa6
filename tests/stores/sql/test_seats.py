"""The seats of slots and what came of them, in every store."""

from ingest_service.domain.ledger import CANCELLED, Outcome, Retry
from ingest_service.domain.model import Priority
from ingest_service.domain.seats import Fate, Fill, MinuteTally, Seat
from ingest_service.ports.records import BoardQuery
from tests.stores.steps import close, next_batch, open_batches, open_next, outcomes_of, release, submit, waiting
from tests.stores.store import Store

WHOLE = BoardQuery(slots=9, filled_slots=9, minutes_from=0, most_slots=10**9)
MISSING = Outcome(2, None, "HTTP 404", 1, 404)


def test_an_empty_ledger_has_no_seats(store: Store) -> None:
    board = store.records.board(WHOLE)
    assert (board.slots, board.fill, board.minutes) == ((), Fill(0, 0), ())


def test_a_seat_shows_what_came_of_its_call_and_which_attempt_it_was(store: Store) -> None:
    entry = submit(store, [1, 2, 3], Priority.HIGH)
    first = open_next(store, 1, entry)
    (calling,) = store.records.board(WHOLE).slots
    assert [seat.fate for seat in calling.seats] == [Fate.CALLING] * 3
    assert calling.lag is None
    close(store, first, [Outcome(1, "{}"), MISSING, Retry(1, 50, 70)])
    (closed,) = store.records.board(WHOLE).slots
    assert [seat.fate for seat in closed.seats] == [Fate.DONE, Fate.FAILED, Fate.AGAIN]
    assert closed.lag == 1
    open_batches(store, 2, next_batch(waiting(store)[0]))
    again, before = store.records.board(WHOLE).slots
    assert again.seats == (Seat(entry.ingestion.id, 0, 3, Priority.HIGH, attempt=2, fate=Fate.CALLING),)
    assert before.seats == closed.seats


def test_the_calls_of_a_slot_that_was_never_closed_are_made_again(store: Store) -> None:
    open_next(store, 1, submit(store, [1]))
    release(store, 2, next_batch(waiting(store)[0]))
    latest, lost = store.records.board(WHOLE).slots
    assert [seat.fate for seat in (*latest.seats, *lost.seats)] == [Fate.DONE, Fate.AGAIN]


def test_the_ids_of_the_last_slots_and_of_each_minute_are_counted(store: Store) -> None:
    slot = open_next(store, 1, submit(store, [1, 2, 3]))
    close(store, slot, [Outcome(1, "{}"), MISSING, Retry(1, 50, 70)])
    release(store, 2, next_batch(waiting(store)[0]))
    # Slot n opens at n microseconds, so this one is of the next minute.
    last = open_next(store, 60_000_001, submit(store, [4, 5]))
    board = store.records.board(WHOLE)
    assert board.fill == Fill(3, 6)
    assert board.minutes == (
        MinuteTally(start=0, first_slot=1, slots=2, ids=4, done=2, failed=1, again=1, longest_lag=2),
        MinuteTally(60_000_000_000, 60_000_001, slots=1, ids=2, done=0, failed=0, again=0, longest_lag=None),
    )
    close(store, last, outcomes_of(last))
    few = store.records.board(BoardQuery(slots=1, filled_slots=2, minutes_from=2, most_slots=60_000_000))
    assert (len(few.slots), few.fill) == (1, Fill(2, 3))
    assert [(minute.first_slot, minute.done) for minute in few.minutes] == [(2, 1), (60_000_001, 2)]
    assert store.records.board(BoardQuery(1, 1, 0, 1)).minutes == few.minutes[1:]


def test_a_call_stays_as_it_was_where_the_next_one_is_cancelled(store: Store) -> None:
    entry = submit(store, [1, 2, 3])
    close(store, open_next(store, 1, entry), [Outcome(1, "{}"), MISSING, Retry(1, 50, 70)])
    store.journal.cancel(entry.sequence, [(2, Outcome(3, error=CANCELLED, attempts=1))])
    board = store.records.board(WHOLE)
    assert [seat.fate for seat in board.slots[0].seats] == [Fate.DONE, Fate.FAILED, Fate.AGAIN]
    assert [(minute.failed, minute.again) for minute in board.minutes] == [(1, 1)]
