"""The circuit breaker and calls that were not made."""

import logging

import pytest

from ingest_service.dispatch.circuit_breaker import SLOTS_OF_AN_OUTAGE, CircuitBreaker
from ingest_service.domain.ledger import NOT_CALLED, Answer, Call

FAILED = Call(0, Answer(error="HTTP 500", status=500, retryable=True))
GOOD = Call(0, Answer("{}"))


def test_a_slot_in_which_nothing_was_called_neither_begins_an_outage_nor_ends_one() -> None:
    breaker = CircuitBreaker()
    for _ in range(SLOTS_OF_AN_OUTAGE):
        breaker.note([NOT_CALLED], refused_slots=0)
        assert not breaker.is_open
        breaker.note([FAILED], refused_slots=0)
    assert breaker.is_open
    breaker.note([NOT_CALLED, NOT_CALLED], refused_slots=0)
    assert breaker.is_open


def test_an_outage_is_counted_anew_from_each_slot_with_an_answer() -> None:
    breaker = CircuitBreaker()
    for call in [GOOD, *[FAILED] * (SLOTS_OF_AN_OUTAGE - 1)]:
        breaker.note([call], refused_slots=0)
    assert not breaker.is_open
    breaker.note([FAILED], refused_slots=0)
    assert breaker.is_open


def test_of_a_slot_only_the_calls_that_were_made_count() -> None:
    breaker = CircuitBreaker()
    for _ in range(SLOTS_OF_AN_OUTAGE):
        breaker.note([FAILED, NOT_CALLED], refused_slots=0)
    assert breaker.is_open
    breaker.note([NOT_CALLED, GOOD], refused_slots=0)
    assert not breaker.is_open


def test_the_log_tells_when_an_outage_begins_and_ends_and_nothing_in_between(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    breaker = CircuitBreaker()
    for call in [GOOD, *[FAILED] * (SLOTS_OF_AN_OUTAGE + 2), GOOD, GOOD]:
        breaker.note([call], refused_slots=0)
    assert [record.message for record in caplog.records] == [
        "the upstream fails wholly: it is probed with one id a slot until it answers",
        "the upstream answers again",
    ]
