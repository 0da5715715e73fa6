"""Values as the templates write them."""

import pytest

from ingest_service.web.board.text import measured, number, span, until
from tests.simulation import SECOND


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 01 s"), (3_720, "1 h 02 min"), (90_000, "1 d 01 h")],
)
def test_a_length_has_its_two_greatest_units(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_a_countdown_is_the_difference_of_two_clocks() -> None:
    assert until(5 * SECOND, 2 * SECOND + 900) == "3 s"
    assert until(5 * SECOND, 5 * SECOND) == "now"
    assert until(4 * SECOND, 5 * SECOND) == "now"


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [(999_999, "0 ms"), (12_000_000, "12 ms"), (5_021_000_000, "5.021 s"), (75 * SECOND, "1 min 15 s")],
)
def test_a_measured_length_shows_what_matters_of_it(nanoseconds: int, words: str) -> None:
    assert measured(nanoseconds) == words


def test_thousands_are_set_apart() -> None:
    assert number(1_284_000) == "1\u202f284\u202f000"
