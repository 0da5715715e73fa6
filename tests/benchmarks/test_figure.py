import pytest

from benchmarks.figure import Figure


@pytest.mark.parametrize(
    ("value", "aim", "more_is_better", "is_met"),
    [
        (0.6, 0.6, True, True),
        (0.59, 0.6, True, False),
        (2.0, 2.0, False, True),
        (2.01, 2.0, False, False),
        (0.0, None, True, True),
    ],
)
def test_an_aim_is_met_from_its_own_value_on(
    value: float, aim: float | None, more_is_better: bool, is_met: bool
) -> None:
    assert Figure("a slot", "a commit", value, aim, more_is_better=more_is_better).is_met is is_met


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0 ms"),
        (0.000091, "0.0000910 ms"),
        (0.6, "0.600 ms"),
        (1.236, "1.24 ms"),
        (45.33, "45.3 ms"),
        (4684.4, "4,684 ms"),
        (1e7, "10,000,000 ms"),
        (-3, "-3.00 ms"),
    ],
)
def test_a_figure_is_written_with_three_digits_that_count(value: float, written: str) -> None:
    assert Figure("a slot", "", value, unit="ms").measured == written


def test_a_figure_says_in_one_line_what_was_wanted_and_why_it_is_missed() -> None:
    assert str(Figure("a slot", "a commit", 0.5, 0.4, note="The disk is slow.")) == (
        "a slot against a commit: 0.500 times (aim ≥ 0.4)"
    )
    assert str(Figure("a slot", "", 7, 5, "ms", more_is_better=False, note="The disk is slow.")) == (
        "a slot: 7.00 ms (aim ≤ 5)  MISSED: The disk is slow."
    )
    assert str(Figure("a slot", "", 7, unit="ms")) == "a slot: 7.00 ms"
