"""The checkers of histories find what is wrong, in histories that are written by hand."""

import pytest

from ingest_service.domain.model import Status
from tests.faults.histories.history import NEVER, History, Kind, Operation
from tests.faults.histories.linearizability import backwards, is_linearizable, unexplained
from tests.faults.histories.total_queue import kept_twice, lost, unexpected
from tests.processes import laws
from tests.processes.arrival import Answer, Arrival
from tests.processes.record import Record

LETTERS = {status[:2]: status for status in Status}


def submit(
    begin: int, end: int = NEVER, code: int | None = 200, name: int = 0, ingestion_id: str = ""
) -> Operation:
    return Operation(Kind.SUBMIT, name, begin, end, code, ingestion_id=ingestion_id or f"of {name}")


def status(begin: int, end: int, batches: str, code: int = 200) -> Operation:
    """Return a reading; the statuses of the batches by their first two letters, ca for cancelled."""
    seen = tuple(LETTERS[part] for part in batches.split())
    return Operation(Kind.STATUS, 0, begin, end, code, seen)


def cancel(begin: int, end: int = NEVER, code: int | None = 200) -> Operation:
    return Operation(Kind.CANCEL, 0, begin, end, code)


def reprioritise(begin: int, end: int, code: int | None = 200) -> Operation:
    return Operation(Kind.REPRIORITISE, 0, begin, end, code)


START = submit(0, 1)
EXPLAINED = {
    "nothing happens": [START],
    "it goes on": [START, status(2, 3, "ye ye"), status(4, 5, "tr ye"), status(6, 7, "co co")],
    "two readings at once, the later one answered first": [START, status(2, 9, "ye ye"), status(3, 4, "tr ye")],
    "a submission that was not answered": [submit(0, code=None), status(5, 6, "ye ye")],
    "a submission that was not answered and not kept": [submit(0, code=None), status(5, 6, "", 404)],
    "a submission that was kept later": [submit(0, code=None), status(5, 6, "", 404), status(7, 8, "ye ye")],
    "the same submission again": [START, status(2, 3, "tr ye"), submit(4, 5), status(6, 7, "tr ye")],
    "cancelled": [START, cancel(2, 3), status(4, 5, "ca ca")],
    "cancelled after the first batch was released": [
        START,
        cancel(2, 3),
        status(4, 5, "tr ca"),
        status(6, 7, "co ca"),
    ],
    "cancelled twice": [START, cancel(2, 3), cancel(4, 5), status(6, 7, "ca ca")],
    "read as if it were not cancelled yet": [START, cancel(2, 9), status(3, 4, "ye ye"), status(10, 11, "ca ca")],
    "read as cancelled before that was answered": [START, cancel(2, 9), status(3, 4, "ca ca")],
    "a cancellation without an answer that was done": [START, cancel(2, code=None), status(8, 9, "ca ca")],
    "a cancellation without an answer that was not done": [START, cancel(2, code=None), status(8, 9, "co co")],
    "a cancellation without an answer that was done late": [
        *(START, cancel(2, code=None), status(4, 5, "ye ye"), status(6, 7, "ca ca")),
    ],
    "too late to cancel": [START, cancel(2, 3, 409), status(4, 5, "co co")],
    "cancelled when all was released": [START, status(2, 3, "tr tr"), cancel(4, 5), status(6, 7, "co co")],
    "too late to cancel again": [START, status(2, 3, "tr tr"), cancel(4, 5), cancel(6, 7, 409)],
    "reprioritised": [START, reprioritise(2, 3), status(4, 5, "ye ye")],
    "too late to reprioritise": [START, reprioritise(2, 3, 409), status(4, 5, "co co")],
    "reprioritised when it was cancelled": [START, cancel(2, 3), reprioritise(4, 5, 409), status(6, 7, "tr ca")],
    "reprioritised while it was being cancelled": [START, cancel(2, 9), reprioritise(3, 4)],
    "not answered, and nothing known": [START, reprioritise(2, NEVER, None), status(4, 5, "ye ye")],
}
UNEXPLAINED = {
    "accepted and not there": [START, status(2, 3, "", 404)],
    "there before it was submitted": [status(0, 1, "ye ye"), submit(2, 3)],
    "it goes back": [START, status(2, 3, "tr ye"), status(4, 5, "ye ye")],
    "it goes back from completed": [START, status(2, 3, "co co"), status(4, 5, "co tr")],
    "it goes away": [START, status(2, 3, "ye ye"), status(4, 5, "", 404)],
    "the second batch first": [START, status(2, 3, "ye tr")],
    "another number of batches": [START, status(2, 3, "ye")],
    "cancelled, though that was not asked": [START, status(2, 3, "ca ca")],
    "cancelled, and it goes on": [START, cancel(2, 3), status(4, 5, "ca ca"), status(6, 7, "tr ca")],
    "cancelled, and yet to start": [START, cancel(2, 3), status(4, 5, "ye ye")],
    "cancelled, and released later": [
        *(START, cancel(2, 3), status(4, 5, "tr ca"), status(6, 7, "tr tr")),
    ],
    "cancelled before that was asked": [START, status(2, 3, "ca ca"), cancel(4, 5)],
    "cancelled when it was completed": [START, status(2, 3, "co co"), cancel(4, 5)],
    "too late to cancel, and it goes on": [START, cancel(2, 3, 409), status(4, 5, "tr ye")],
    "too late to cancel what was cancelled": [START, cancel(2, 3), status(4, 5, "co ca"), cancel(6, 7, 409)],
    "reprioritised after it was cancelled": [START, cancel(2, 3), reprioritise(4, 5)],
    "reprioritised when it was completed": [START, status(2, 3, "co co"), reprioritise(4, 5)],
    "too late to reprioritise, and it goes on": [START, reprioritise(2, 3, 409), status(4, 5, "ye ye")],
    "not cancelled, then cancelled, then not": [
        *(START, cancel(2, code=None), status(3, 4, "ca ca"), status(5, 6, "ye ye")),
    ],
}


@pytest.mark.parametrize("case", EXPLAINED)
def test_an_order_that_explains_the_answers_is_found(case: str) -> None:
    assert is_linearizable(EXPLAINED[case], 2)


@pytest.mark.parametrize("case", UNEXPLAINED)
def test_answers_that_no_order_explains_are_found(case: str) -> None:
    assert not is_linearizable(UNEXPLAINED[case], 2)


def test_the_submissions_are_named_whose_answers_no_order_explains() -> None:
    history = History(ids={0: (1, 2, 3, 4), 1: (5,)})
    history.operations += [*UNEXPLAINED["it goes back"], submit(0, 1, name=1)]
    assert list(unexplained(history)) == [0]


def test_many_operations_at_once_are_searched_quickly() -> None:
    readings = [status(2 + number, 100 + number, "ye ye" if number % 2 else "tr ye") for number in range(90)]
    assert is_linearizable([START, *readings], 2)
    assert not is_linearizable([START, *readings, status(200, 201, "ye ye")], 2)


@pytest.mark.parametrize(("later", "goes_back"), [("ye ye", True), ("co ye", False), ("tr ye", False)])
def test_a_status_that_goes_back_is_found(later: str, goes_back: bool) -> None:
    history = History(operations=[status(0, 1, "ye ye"), status(2, 3, "tr ye"), status(4, 5, later)])
    assert bool(backwards(history)) is goes_back


def test_a_reading_that_overlaps_another_may_be_the_earlier_one() -> None:
    assert backwards(History(operations=[status(0, 5, "tr ye"), status(2, 6, "ye ye")])) == []


def history_of(*operations: Operation) -> History:
    """Return a history of the submissions 0 (ids 1 and 2) and 1 (id 3), with a kill at 50."""
    return History(operations=list(operations), ids={0: (1, 2), 1: (3,)}, kills=[50])


def call(record_id: int, at: int, answer: Answer = Answer.GOOD) -> Arrival:
    return Arrival(record_id, at, at + 1, answer)


def test_what_was_accepted_and_never_called_is_lost() -> None:
    history = history_of(START, submit(0, code=None, name=1))
    assert lost(history, [call(1, 5)]) == {2}
    assert lost(history, [call(1, 5), call(2, 5)]) == set()


@pytest.mark.parametrize("code", [200, None])
def test_what_may_have_been_cancelled_is_not_lost(code: int | None) -> None:
    assert lost(history_of(START, cancel(2, 3, code)), []) == set()


def test_a_cancellation_that_came_too_late_excuses_nothing() -> None:
    assert lost(history_of(START, cancel(2, 3, 409)), []) == {1, 2}


def test_what_was_refused_or_never_submitted_is_unexpected() -> None:
    history = history_of(submit(0, code=None), submit(0, 1, 503, name=1))
    assert unexpected(history, [call(1, 5), call(3, 5), call(4, 5)]) == {3, 4}


def repeats_of(*calls: Arrival) -> dict[int | None, int]:
    return laws.repeats(Record(1, kills=history_of().kills, arrivals=list(calls)))


def test_a_second_call_is_a_duplicate_unless_the_first_failed_or_a_kill_explains_it() -> None:
    assert repeats_of(call(1, 5), call(1, 7)) == {None: 1}
    assert repeats_of(call(1, 5, Answer.PASSING), call(1, 7)) == {}
    assert repeats_of(call(1, 45), call(1, 55)) == {50: 1}
    assert repeats_of(call(1, 55), call(1, 65)) == {None: 1}


def test_the_duplicates_of_a_kill_are_counted() -> None:
    calls = [call(1, 45), call(2, 45), call(1, 55), call(2, 55), call(3, 55), call(3, 60)]
    assert repeats_of(*calls) == {50: 2, None: 1}


def test_a_submission_that_is_kept_twice_is_found() -> None:
    assert kept_twice(history_of(START, START, submit(0, 1, name=1))) == set()
    assert kept_twice(history_of(START, submit(2, 3, ingestion_id="another"))) == {0}
    assert kept_twice(history_of(START, submit(0, 1, name=1, ingestion_id="of 0"))) == {0, 1}
