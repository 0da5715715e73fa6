"""The failures of an ingestion by cause and place, and the sums of its calls, in every store."""

from ingest_service.domain.failures import Cause, FailedId, FailureQuery, Failures
from ingest_service.domain.ledger import LedgerSummary, Outcome, Retry
from ingest_service.domain.model import Priority
from tests.stores.steps import close, next_batch, open_batches, open_next, release, rest_of, submit, waiting
from tests.stores.store import Store

ALL = FailureQuery(failures=99, causes=9, examples=9, cell_ids=3)
GONE, BROKEN, SLOW = ("HTTP 410 Gone", "HTTP 500", "no whole answer within 3 s")


def failed(record_id: int, error: str) -> Outcome:
    return Outcome(record_id, None, error)


def test_failures_are_counted_by_cause_the_most_frequent_first_and_by_place(store: Store) -> None:
    entry = submit(store, [11, 12, 13, 14, 15, 16])
    close(store, open_next(store, 1, entry), [failed(11, SLOW), failed(12, GONE), Outcome(13, "{}")])
    rest = rest_of(entry)
    close(store, open_next(store, 2, rest), [failed(14, BROKEN), failed(15, GONE), failed(16, SLOW)])
    other = submit(store, [17], Priority.LOW)
    close(store, open_next(store, 3, other), [failed(17, GONE)])
    found = store.records.history(entry.sequence, ALL).failures
    assert found == Failures(
        (
            Cause(SLOW, 2, (FailedId(5, 16), FailedId(0, 11))),
            Cause(GONE, 2, (FailedId(4, 15), FailedId(1, 12))),
            Cause(BROKEN, 1, (FailedId(3, 14),)),
        ),
        {0: 2, 1: 3},
    )
    few = store.records.history(
        entry.sequence, FailureQuery(failures=3, causes=2, examples=1, cell_ids=4)
    ).failures
    assert few == Failures((Cause(SLOW, 1, (FailedId(5, 16),)), Cause(GONE, 1, (FailedId(4, 15),))), {0: 1, 1: 2})


def test_calls_are_counted_and_those_that_called_an_id_again(store: Store) -> None:
    entry = submit(store, [1, 2, 3])
    close(store, open_next(store, 1, entry), [Outcome(1, "{}"), Retry(1, 50, 70), Retry(1, 50, 70)])
    open_batches(store, 2, next_batch(waiting(store)[0]))
    # The second slot is lost.
    release(store, 3, next_batch(waiting(store)[0]))
    found = store.records.history(entry.sequence, ALL)
    assert (found.calls, found.again, found.summary.slots_used) == (7, 4, 3)


def test_nothing_was_done_for_an_unknown_ingestion(store: Store) -> None:
    found = store.records.history(7, ALL)
    assert (found.summary, found.calls, found.again) == (LedgerSummary(0, 0, None, None), 0, 0)
    assert found.failures == Failures((), {})
