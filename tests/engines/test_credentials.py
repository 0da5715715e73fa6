"""The contract of the port `Engine`: credentials that the upstream refuses burn no id."""

import logging
from collections.abc import Callable

import pytest

from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Status
from tests.doubles import NothingScheduled, good
from tests.engines.rig import Rig
from tests.engines.wiring import FINAL, PASSING, RATE, SECOND, LongestBackoff

RigWith = Callable[..., Rig]
EXPIRED = Answer(error="HTTP 401", status=401, refused=True)
FORBIDDEN = Answer(error="HTTP 403", status=403, refused=True)
# A single call for each id.
ONCE = RetryRules(1, 5 * SECOND, LongestBackoff())


def refuse(rig: Rig, answer: Answer = EXPIRED) -> list[int]:
    """Run a slot whose every call is refused; return its ids."""
    slot = rig.open()
    rig.close(slot, *[answer] * len(slot.ids))
    return list(slot.ids)


def run_well(rig: Rig, bad: dict[int, Answer] | None = None) -> list[list[int]]:
    """Run slots until nothing waits; all ids have results but these."""
    ran: list[list[int]] = []
    while True:
        try:
            slot = rig.open()
        except NothingScheduled:
            return ran
        rig.close(slot, *[(bad or {}).get(i) or good(i, 1) for i in slot.ids])
        ran.append(list(slot.ids))


@pytest.mark.parametrize("answer", [EXPIRED, FORBIDDEN], ids=["401", "403"])
def test_a_key_that_expired_burns_no_id_and_all_run_once_it_is_mended(rig_with: RigWith, answer: Answer) -> None:
    rig = rig_with(retry_rules=ONCE)
    ingestion_id = rig.admit(range(1, 13))
    called = [refuse(rig, answer) for _ in range(8)]
    assert [len(ids) for ids in called] == [3, 3, 3, 1, 1, 1, 1, 1]
    assert rig.outcomes(ingestion_id) == []
    ran = run_well(rig)
    assert len(ran[0]) == 1
    assert {(one.record_id, one.error, one.attempts) for one in rig.outcomes(ingestion_id)} == {
        (record_id, None, 1) for record_id in range(1, 13)
    }


def test_a_refusal_is_seen_and_ends_with_the_first_good_probe(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.admit(range(1, 13))
    with caplog.at_level(logging.INFO):
        seen = []
        for _ in range(3):
            refuse(rig)
            seen.append((rig.engine.snapshot().refused, rig.engine.snapshot().probing))
        slot = rig.open()
        rig.close(slot)
        rig.open()
    assert seen == [(False, False), (False, False), (True, True)]
    assert not rig.engine.snapshot().refused
    about = [message for message in caplog.messages if "credentials" in message]
    assert about == [
        "the upstream refuses the credentials: every call of 3 slots in a row was answered 401, 403 or 407; "
        "it is probed with one id a slot, and no id fails, until it accepts them",
        "the upstream accepts the credentials again",
    ]


def test_a_crash_and_a_restart_forget_no_refusal(rig_with: RigWith) -> None:
    rig = rig_with(retry_rules=ONCE)
    ingestion_id = rig.admit(range(1, 13))
    for _ in range(3):
        refuse(rig)
        rig.restart()
    assert rig.engine.snapshot().refused
    rig.open()
    rig.restart()
    assert [len(refuse(rig)) for _ in range(2)] == [1, 1]
    assert rig.outcomes(ingestion_id) == []
    run_well(rig)
    assert [one.error for one in rig.outcomes(ingestion_id)] == [None] * 12


def test_refused_ids_keep_the_attempts_that_they_have_had(rig: Rig) -> None:
    ingestion_id = rig.admit([1, 2])
    rig.run_slot(PASSING, PASSING)
    rig.run_slot(EXPIRED, PASSING)
    rig.run_slot(EXPIRED, PASSING)
    assert [(one.record_id, one.attempts) for one in rig.outcomes(ingestion_id)] == [(2, 3)]
    run_well(rig)
    assert [(one.record_id, one.attempts) for one in rig.outcomes(ingestion_id)] == [(1, 2), (2, 3)]


def test_one_id_that_is_refused_among_good_ones_fails_at_once(rig: Rig) -> None:
    ingestion_id = rig.admit([1, 2, 3])
    rig.run_slot(Answer("{}"), FORBIDDEN, Answer("{}"))
    assert [(one.error, one.attempts) for one in rig.outcomes(ingestion_id)] == [
        (None, 1),
        ("HTTP 403", 1),
        (None, 1),
    ]
    assert rig.progress(ingestion_id).status is Status.COMPLETED


def test_one_id_that_is_refused_alone_fails_at_the_next_call_if_another_one_was_answered_meanwhile(
    rig: Rig,
) -> None:
    forbidden = rig.admit([1])
    refuse(rig, FORBIDDEN)
    assert rig.outcomes(forbidden) == []
    rig.admit([2, 3, 4], "HIGH")
    rig.run_slot()
    refuse(rig, FORBIDDEN)
    assert [(one.error, one.attempts) for one in rig.outcomes(forbidden)] == [("HTTP 403", 1)]


def test_one_forbidden_id_on_an_idle_service_fails_after_its_attempts_and_is_no_alarm(rig: Rig) -> None:
    ingestion_id = rig.admit([1])
    for _ in range(4):
        assert rig.outcomes(ingestion_id) == []
        refuse(rig, FORBIDDEN)
        assert not rig.engine.snapshot().refused
    assert [(one.error, one.attempts) for one in rig.outcomes(ingestion_id)] == [("HTTP 403", 3)]
    with pytest.raises(NothingScheduled):
        rig.open()


def test_a_forbidden_id_at_the_head_does_not_keep_the_probes_to_itself(rig: Rig) -> None:
    forbidden, others = rig.admit([1], "HIGH"), rig.admit([2, 3, 4, 5])
    for _ in range(4):
        refuse(rig, FORBIDDEN)
    ran = run_well(rig, {1: FORBIDDEN})
    assert len(ran) < 8
    assert [one.error for one in rig.outcomes(others)] == [None] * 4
    assert [one.error for one in rig.outcomes(forbidden)] == ["HTTP 403"]


def test_an_outage_between_refusals_ends_no_row_and_uses_its_own_attempts(rig: Rig) -> None:
    ingestion_id = rig.admit(range(1, 10))
    refuse(rig)
    refuse(rig)
    rig.run_slot(PASSING, PASSING, PASSING)
    refuse(rig)
    assert rig.engine.snapshot().refused
    run_well(rig)
    assert sorted(one.attempts for one in rig.outcomes(ingestion_id)) == [1] * 6 + [2] * 3


def test_an_answer_about_the_id_shows_that_the_credentials_are_accepted(rig: Rig) -> None:
    rig.admit(range(1, 13))
    for _ in range(3):
        refuse(rig)
    rig.run_slot(FINAL)
    assert not rig.engine.snapshot().refused
    assert len(rig.open().ids) > 1


def test_a_refused_id_of_a_cancelled_ingestion_ends_with_its_refusal(rig: Rig) -> None:
    ingestion_id = rig.admit([1])
    slot = rig.open()
    rig.engine.cancel(rig.sequence(ingestion_id))
    rig.close(slot, EXPIRED)
    assert [one.error for one in rig.outcomes(ingestion_id)] == ["HTTP 401"]


def test_refused_ids_that_wait_fail_when_their_ingestion_is_cancelled(rig: Rig) -> None:
    ingestion_id = rig.admit([1])
    refuse(rig)
    rig.engine.cancel(rig.sequence(ingestion_id))
    assert [(one.error, one.attempts) for one in rig.outcomes(ingestion_id)] == [("cancelled", 0)]


def test_the_slots_of_a_snapshot_are_those_that_open_also_while_the_credentials_are_refused(rig: Rig) -> None:
    rig.admit(range(1, 13))
    for _ in range(5):
        refuse(rig)
    planned = rig.planned()
    assert [rig.run_slot() for _ in planned] == planned
    assert planned[0][0] >= RATE.interval
