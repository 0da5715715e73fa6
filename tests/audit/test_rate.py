"""The rate as a ledger proves it."""

import pytest

from ingest_service.audit.findings import Findings
from ingest_service.audit.rate import RateCheck, timed
from ingest_service.domain.audited import AuditedCall, AuditedSlot
from ingest_service.domain.rate import Quota

SECOND = 10**9
SHORT, LONG = Quota(3, 5 * SECOND), Quota(5, 60 * SECOND)


def slot(
    number: int, opened: int, started: int | None, ids: int = 3, boot: str = "b", fates: str | None = None
) -> AuditedSlot:
    closing = None if started is None else f"m {started}"
    calls = tuple(AuditedCall(1, number * 10 + place, 1, True, 0, 1) for place in range(ids))
    closed_at = None if started is None else started
    return AuditedSlot(
        number, opened, closed_at, None, None, fates, f"m {boot} {opened}", closing, None, None, False, calls
    )


def judged(*slots: AuditedSlot, limits: tuple[Quota, ...] = (SHORT,)) -> tuple[RateCheck, list[str]]:
    findings = Findings()
    check = RateCheck(limits, findings)
    for one in slots:
        check.add(one)
    return check, [finding.sentence for finding in findings.named]


def test_slots_an_interval_apart_keep_the_limit() -> None:
    later = (slot(number, at * SECOND, at * SECOND) for number, at in ((2, 6), (3, 11)))
    check, sentences = judged(slot(1, 0, SECOND), *later)
    assert sentences == []
    assert (check.limits[0].most, check.limits[0].span) == (3, 5 * SECOND)


def test_a_slot_too_early_by_a_nanosecond_is_a_violation_with_its_figures() -> None:
    check, sentences = judged(slot(1, 0, SECOND), slot(2, 6 * SECOND - 1, 6 * SECOND))
    assert sentences == ["slots 1 to 2 may have started 6 calls in 5 s, where 3 are allowed"]
    assert (check.limits[0].most, check.limits[0].span) == (6, 5 * SECOND - 1)


def test_half_full_slots_may_lie_closer_if_they_have_no_more_calls_than_are_allowed() -> None:
    check, sentences = judged(*(slot(n, n * SECOND, n * SECOND, ids=1) for n in range(3)))
    assert (sentences, check.limits[0].span) == ([], None)
    _, sentences = judged(*(slot(n, n * SECOND, n * SECOND, ids=1) for n in range(4)))
    assert sentences == ["slots 0 to 3 may have started 4 calls in 5 s, where 3 are allowed"]


def test_a_slot_with_too_many_calls_is_a_violation_by_itself() -> None:
    check, sentences = judged(slot(1, 0, 0, ids=4))
    assert (len(sentences), check.limits[0].span) == (1, 0)


def test_every_limit_is_judged_over_its_own_window() -> None:
    slots = [slot(n, n * 20 * SECOND, n * 20 * SECOND) for n in range(3)]
    check, sentences = judged(*slots, limits=(SHORT, LONG))
    assert sentences == [
        "slots 0 to 1 may have started 6 calls in 60 s, where 5 are allowed",
        "slots 0 to 2 may have started 9 calls in 60 s, where 5 are allowed",
    ]
    assert [limit.most for limit in check.limits] == [3, 9]


def test_calls_that_were_not_made_do_not_count() -> None:
    assert judged(slot(1, 0, 0, fates="dud"), slot(2, SECOND, SECOND, ids=1))[1] == []


def test_a_slot_that_was_never_closed_counts_when_it_opened() -> None:
    assert judged(slot(1, 0, None), slot(2, 5 * SECOND, 5 * SECOND))[1] == []
    assert len(judged(slot(1, 0, None), slot(2, 4 * SECOND, 5 * SECOND))[1]) == 1


def test_windows_over_a_restart_of_the_machine_are_not_judged() -> None:
    check, sentences = judged(slot(1, 100 * SECOND, 100 * SECOND), slot(2, SECOND, SECOND, boot="another boot"))
    assert (sentences, check.clocks, check.is_monotonic) == ([], 2, True)


@pytest.mark.parametrize(
    ("closing", "closed_at", "started"),
    [("w closed 2", 50, 48), ("w lost 7", 50, 10), ("w closed 90", 50, 10), (None, None, 10)],
)
def test_slots_of_replicas_have_times_of_the_database(
    closing: str | None, closed_at: int | None, started: int
) -> None:
    one = AuditedSlot(1, 10, closed_at, "blue", 0, None, "w 1 2 3", closing, None, None, False)
    assert timed(one)[1:4] == ("", 10, started)


def test_a_slot_that_was_taken_back_made_no_call() -> None:
    calls = (AuditedCall(1, 0, 1, True, 0, 1),)
    one = AuditedSlot(1, 10, 20, "blue", 0, None, "w 1 2 3", "w uncalled 0", None, None, False, calls)
    assert timed(one).ids == 0
