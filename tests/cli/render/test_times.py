from datetime import UTC, datetime, timedelta, timezone

import pytest

from ingestctl.render.times import clock, here_and_now, how_soon, span
from tests.cli.zones import BERLIN, local_zone

NOON = datetime(2026, 11, 22, 12, 0, 0, 900000, timezone(timedelta(hours=-3)))


@pytest.fixture
def zone() -> str:
    return "ART3"


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (3, "00:00:00"),
        (15, "12:00:00"),
        (26, "23:00:00"),
        (27, "2026-11-23 00:00:00"),
        (2, "2026-11-21 23:00:00"),
    ],
)
def test_a_time_is_in_the_zone_of_the_reader_with_its_date_if_that_is_not_today(hour: int, words: str) -> None:
    assert clock(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=hour), NOON) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-7, "now"),
        (0, "now"),
        (1, "in 1s"),
        (59, "in 59s"),
        (60, "in 1m 00s"),
        (125, "in 2m 05s"),
        (3599, "in 59m 59s"),
        (3600, "in 1h 00m"),
        (86399, "in 23h 59m"),
        (86400, "in 1d 00h"),
        (86400 * 1000 + 7200, "in 1,000d 02h"),
    ],
)
def test_the_time_that_is_left_has_its_two_greatest_units(seconds: int, words: str) -> None:
    assert how_soon(NOON + timedelta(seconds=seconds), NOON) == words


def test_the_countdown_moves_with_the_seconds_of_the_clock() -> None:
    time = NOON.replace(second=5, microsecond=100000)
    assert how_soon(time, NOON) == "in 5s"
    assert how_soon(time, NOON.replace(second=1, microsecond=0)) == "in 4s"


def test_a_span_leaves_out_the_fraction_of_its_last_second() -> None:
    assert (span(timedelta(0)), span(timedelta(seconds=61.9))) == ("0s", "1m 01s")


def test_the_local_time_has_a_zone() -> None:
    assert here_and_now().utcoffset() is not None


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("2026-10-24T10:00:00Z", "12:00:00"),
        ("2026-10-26T11:00:00Z", "2026-10-26 12:00:00"),
        ("2026-10-25T00:30:00Z", "2026-10-25 02:30:00"),
        ("2026-10-25T01:30:00Z", "2026-10-25 02:30:00"),
        ("2027-06-01T10:00:00Z", "2027-06-01 12:00:00"),
    ],
)
def test_a_time_beyond_a_change_of_the_clocks_is_shown_as_the_clocks_then_show_it(time: str, words: str) -> None:
    with local_zone(BERLIN):
        now = datetime(2026, 10, 24, 6, 0, tzinfo=UTC)
        assert clock(datetime.fromisoformat(time), now) == words
        assert clock(datetime.fromisoformat(time), now.astimezone()) == words
