import pytest

from benchmarks.promises.contenders import CONTENDERS
from benchmarks.promises.page import BEGIN, END, row, with_rows
from benchmarks.promises.verdict import Verdict, judge
from ingest_service.upstreams.fake.arrivals import Arrival

OURS, OTHER = CONTENDERS[0], CONTENDERS[1]
INTERVAL = 2_000
QUIET = Verdict(calls=40, worst=3, closest_ns=2_001_000_000, accepted=40, lost=1, repeated=2)
KILLED = Verdict(calls=65, worst=5, closest_ns=412_345_678, accepted=60, lost=7, repeated=5)


def call(record_id: int, at: int, status: int | None = 200) -> Arrival:
    return Arrival(1, record_id, 1, 0, at, {}, refused=False, status=status)


def judged(*arrivals: Arrival, accepted: int = 0) -> Verdict:
    return judge(arrivals, range(1, accepted + 1), 3, INTERVAL)


def page(*rows: str) -> str:
    return "\n".join(["# Faults", "", BEGIN, *rows, END, "", "After."])


def test_the_worst_interval_is_half_open() -> None:
    at_its_end = judged(*(call(n, at) for n, at in enumerate([0, 1, 2, 2_000], start=1)))
    just_before = judged(*(call(n, at) for n, at in enumerate([0, 1, 2, 1_999], start=1)))
    assert (at_its_end.worst, at_its_end.closest_ns) == (3, 2_000)
    assert (just_before.worst, just_before.closest_ns) == (4, 1_999)


def test_a_burst_far_from_the_first_call_is_seen_and_calls_may_come_in_any_order() -> None:
    verdict = judged(*(call(n, at) for n, at in enumerate([9_003, 0, 9_000, 9_001, 5_000, 9_002], start=1)))
    assert (verdict.calls, verdict.worst, verdict.closest_ns) == (6, 4, 3)


def test_with_as_many_calls_as_are_allowed_none_is_too_close() -> None:
    assert judged(call(1, 0), call(2, 0), call(3, 0)).closest_ns is None


def test_an_id_is_lost_if_it_was_never_called_or_only_cut_off() -> None:
    assert judged(call(1, 0), call(2, 1, status=None), accepted=3).lost == 2


def test_an_id_that_was_cut_off_and_called_again_is_neither_lost_nor_repeated() -> None:
    verdict = judged(call(1, 0, status=None), call(1, 10), accepted=1)
    assert (verdict.lost, verdict.repeated) == (0, 0)


def test_an_id_that_was_answered_again_is_repeated_however_often_that_was() -> None:
    verdict = judged(call(1, 0), call(1, 1), call(2, 2), call(2, 3), call(2, 4), call(3, 5), accepted=3)
    assert verdict.repeated == 2


def test_a_call_of_an_id_that_was_not_accepted_yet_counts_as_a_call_only() -> None:
    verdict = judged(call(9, 0), accepted=1)
    assert (verdict.calls, verdict.lost) == (1, 1)


def test_a_row_has_both_worst_intervals_and_what_was_lost_and_repeated_in_all() -> None:
    assert (
        row(OTHER, QUIET, KILLED)
        == "| BullMQ | 6.7.0 | 3 (4 in 2.001 s) | 5 (4 in 0.412 s) | 8 of 100 | 7 of 100 |"
    )


def test_a_new_row_takes_the_place_of_the_old_one_and_the_other_rows_stay_in_order() -> None:
    old = page(f"| {OTHER.title} | 6.6.0 | 4 |", "| Sidekiq | 8 | 1 |")
    new = with_rows(old, {OURS.title: f"| {OURS.title} | 1 | 3 |"}, "Linux")
    lines = [line for line in new.splitlines() if line.startswith("| ")]
    assert lines[1:] == [f"| {OURS.title} | 1 | 3 |", f"| {OTHER.title} | 6.6.0 | 4 |"]
    assert f"| {OTHER.title} | 6.7.0 | 9 |" in with_rows(
        new, {OTHER.title: f"| {OTHER.title} | 6.7.0 | 9 |"}, "Linux"
    )


def test_what_people_wrote_around_the_table_stays_and_the_machine_is_named() -> None:
    new = with_rows(page(), {}, "Linux with 2 cores")
    assert new.startswith(f"# Faults\n\n{BEGIN}\n\nMeasured on Linux with 2 cores.\n\n")
    assert new.endswith(f"{END}\n\nAfter.")
    assert with_rows(new, {}, "Linux with 2 cores") == new


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}"], ids=["none", "begin", "end", "wrong-order"])
def test_a_page_without_the_marks_is_not_overwritten(text: str) -> None:
    with pytest.raises(ValueError, match="the page has no lines"):
        with_rows(text, {}, "Linux")
