"""The order as a ledger proves it."""

from ingest_service.audit.findings import Findings
from ingest_service.audit.order import OrderCheck
from ingest_service.domain.audited import AuditedCall, AuditedSlot

HIGH, MEDIUM, LOW = range(3)


def call(sequence: int, position: int = 0, priority: int | None = MEDIUM, again: bool = False) -> AuditedCall:
    return AuditedCall(sequence, position, sequence * 100 + position, not again, position // 3, priority)


def judged(*slots: list[AuditedCall], link: bytes | None = b"linked") -> list[str]:
    findings = Findings()
    check = OrderCheck(findings)
    for number, calls in enumerate(slots, 1):
        check.add(AuditedSlot(number, 0, 0, None, None, "", "m b 0", "m 0", None, link, False, tuple(calls)))
    return [finding.sentence for finding in findings.named]


def test_the_example_of_the_specification_is_in_order() -> None:
    first, second = [call(1, position) for position in range(5)], [call(2, place, HIGH) for place in range(4)]
    assert judged(first[:3], second[:3], [second[3], *first[3:]]) == []


def test_what_waited_is_called_before_what_came_later() -> None:
    assert judged([call(2)], [call(1)]) == [
        "id 100 was called in slot 2, though it waited in slot 1, which called something behind it"
    ]


def test_what_is_less_urgent_waits_for_what_is_known_to_be_there() -> None:
    # Ingestion 3 was called, so 2 had been accepted.
    assert judged([call(3, 0, HIGH), call(1, 0, LOW)], [call(2, 0, HIGH)]) != []


def test_what_may_have_come_later_is_not_judged() -> None:
    assert judged([call(1, 0, LOW)], [call(2, 0, HIGH)]) == []


def test_an_id_that_is_called_again_may_come_behind_others() -> None:
    assert judged([call(1)], [call(2)], [call(1, again=True)]) == []


def test_an_id_called_again_does_not_pass_what_waits_before_it() -> None:
    assert judged([call(2)], [call(3)], [call(2, again=True), call(3, 1)], [call(1, 0)]) != []


def test_an_ingestion_whose_priority_was_changed_is_not_judged() -> None:
    assert judged([call(2, 0, None)], [call(1)]) == []
    assert judged([call(2)], [call(1, 0, None)]) == []


def test_the_calls_of_a_slot_stand_in_their_order() -> None:
    assert judged([call(1, 0, LOW), call(2, 0, HIGH)]) == [
        "the calls of slot 1 are not in the order of their places"
    ]
    assert judged([call(1, 3), call(1, 0, again=True)]) != []
    assert judged([call(1, 1, again=True), call(1, 0, again=True), call(1, 3)]) == []


def test_slots_of_an_older_program_are_not_judged() -> None:
    assert judged([call(2)], [call(1)], link=None) == []


def test_what_it_remembers_does_not_grow_with_the_slots() -> None:
    check = OrderCheck(Findings())
    for number in range(1, 3000):
        calls = (call(2 * number, 0, HIGH), call(2 * number - 1, 0, LOW))
        check.add(AuditedSlot(number, 0, 0, None, None, "", "m b 0", "m 0", None, b"x", False, calls))
    assert len(check._slots) == 1
