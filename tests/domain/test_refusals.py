"""Calls that were refused for their credentials, and what they say of their ids."""

import pytest

from ingest_service.domain.ledger import NOT_CALLED, Answer, Call, Slot
from ingest_service.domain.model import Batch, Ingestion, Priority
from ingest_service.domain.refusals import Refusals, Settled, settle

SECOND = 10**9
HOUR = 3600 * SECOND
GOOD = Answer("{}", status=200)
MISSING = Answer(error="HTTP 404", status=404)
BROKEN = Answer(error="HTTP 500", status=500, retryable=True)
REFUSED = Answer(error="HTTP 401", status=401, refused=True)
FORBIDDEN = Answer(error="HTTP 403", status=403, refused=True)
FINAL = Answer(error="HTTP 401", status=401)


def slot_of(count: int) -> Slot:
    """Return a slot of the first ids of ingestion 7."""
    batch = Batch(7, Ingestion(7, Priority.LOW, count, count), range(count), 0)
    return Slot(5, "boot", 0, 0, (batch,), tuple(range(1, count + 1)))


def settled(known: Refusals, *answers: Answer | None) -> Settled:
    """Settle a slot with these answers; None stands for a call that was not made."""
    calls = [NOT_CALLED if answer is None else Call(1, answer) for answer in answers]
    return settle(slot_of(len(calls)), calls, lambda: known)


def answers_of(settled: Settled) -> list[Answer]:
    return [call.answer for call in settled.calls]


def unasked() -> Refusals:
    raise AssertionError("nothing else should be asked for")


@pytest.mark.parametrize("other", [GOOD, MISSING], ids=["result", "404"])
def test_beside_an_answer_that_shows_that_the_credentials_are_accepted_a_refusal_is_final(other: Answer) -> None:
    found = settled(Refusals(), other, REFUSED, BROKEN)
    assert answers_of(found) == [other, FINAL, BROKEN]
    assert found.streak == 0


def test_a_slot_with_a_result_and_no_refusal_is_what_it_is_and_the_ledger_is_not_asked() -> None:
    calls = [Call(1, GOOD), Call(1, BROKEN)]
    assert settle(slot_of(2), calls, unasked) == Settled(calls)


def test_a_refusal_in_the_slot_in_which_the_key_is_mended_says_nothing_of_its_id() -> None:
    found = settled(Refusals(2), GOOD, REFUSED)
    assert answers_of(found) == [GOOD, REFUSED]
    assert found.streak == 0


def test_where_every_call_was_refused_nothing_is_said_about_the_ids() -> None:
    for streak in range(1, 5):
        found = settled(Refusals(streak - 1), REFUSED, FORBIDDEN, REFUSED)
        assert answers_of(found) == [REFUSED, FORBIDDEN, REFUSED]
        assert found.streak == streak


def test_an_error_that_may_pass_and_a_call_that_was_not_made_show_nothing_of_the_credentials() -> None:
    found = settled(Refusals(1), BROKEN, REFUSED, None)
    assert answers_of(found) == [BROKEN, REFUSED, NOT_CALLED.answer]
    assert found.streak == 2


def test_a_slot_without_a_refusal_and_without_an_answer_leaves_the_row_as_it_was() -> None:
    assert settled(Refusals(2), BROKEN, None) == Settled([Call(1, BROKEN), NOT_CALLED], 2)


def test_an_id_that_was_refused_before_and_is_right_after_a_good_slot_has_failed() -> None:
    found = settled(Refusals(0, frozenset({(7, 1)})), REFUSED, REFUSED)
    assert answers_of(found) == [REFUSED, FINAL]
    assert found.streak == 1


def test_an_id_that_was_refused_before_waits_on_while_others_are_refused_too() -> None:
    found = settled(Refusals(1, frozenset({(7, 0), (7, 1)})), REFUSED, REFUSED)
    assert answers_of(found) == [REFUSED, REFUSED]


def test_the_last_id_that_is_forbidden_again_has_attempts_like_any_other_and_counts_no_more() -> None:
    found = settled(Refusals(1, frozenset({(7, 0)}), is_last=True), FORBIDDEN)
    assert answers_of(found) == [Answer(error="HTTP 403", status=403, retryable=True)]
    assert found.streak == 1


@pytest.mark.parametrize(
    ("known", "answers"),
    [
        (Refusals(1, frozenset({(7, 0)}), is_last=True), [REFUSED]),
        (Refusals(1, frozenset(), is_last=True), [FORBIDDEN]),
        (Refusals(1, frozenset({(7, 0)}), is_last=False), [FORBIDDEN]),
        (Refusals(1, frozenset({(7, 0)}), is_last=True), [FORBIDDEN, FORBIDDEN]),
    ],
    ids=["401", "for the first time", "others wait", "two of them"],
)
def test_everything_else_that_is_refused_again_waits_on(known: Refusals, answers: list[Answer]) -> None:
    found = settled(known, *answers)
    assert answers_of(found) == answers
    assert found.streak == 2


def test_once_three_slots_were_refused_an_id_lets_others_go_before_it() -> None:
    waits = [Settled([], streak).least_wait(4 * SECOND) for streak in (0, 2, 3, 4, 12, 1000)]
    assert waits == [0, 0, 14 * SECOND, 18 * SECOND, 50 * SECOND, 50 * SECOND]


def test_no_id_waits_for_much_more_than_an_hour_or_an_interval() -> None:
    assert Settled([], 99).least_wait(HOUR // 2) == HOUR + HOUR // 4
    assert Settled([], 99).least_wait(24 * HOUR) == 36 * HOUR
