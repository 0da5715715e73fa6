"""Values as the templates write them."""

import pytest

from ingest_service.web.board.text import clock, digits, left, measured, number, span, until
from tests.simulation import SECOND


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 01 s"), (3_720, "1 h 02 min"), (90_000, "1 d 01 h")],
)
def test_a_length_has_its_two_greatest_units(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_a_countdown_is_the_difference_of_two_clocks() -> None:
    assert until(5 * SECOND, 2 * SECOND + 900) == "in 3 s"
    assert left(5 * SECOND, 2 * SECOND + 900) == "3 s"
    assert digits(3_700 * SECOND, 61 * SECOND) == "1:00:39"
    assert digits(5 * SECOND, 9 * SECOND) == "00:00"
    assert until(5 * SECOND, 5 * SECOND) == "now"
    assert until(4 * SECOND, 5 * SECOND) == "now"


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [(999_999, "0 ms"), (12_000_000, "12 ms"), (5_021_000_000, "5.021 s"), (75 * SECOND, "1 min 15 s")],
)
def test_a_measured_length_shows_what_matters_of_it(nanoseconds: int, words: str) -> None:
    assert measured(nanoseconds) == words


def test_a_time_of_another_day_has_its_date() -> None:
    noon = 1_700_000_000 * SECOND
    assert clock(noon) == clock(noon, noon + 3600 * SECOND) == "22:13:20"
    assert clock(noon, noon + 7200 * SECOND) == "2023-11-14 22:13:20"


def test_thousands_are_set_apart() -> None:
    assert number(1_284_000) == "1\u202f284\u202f000"
