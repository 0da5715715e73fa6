"""The header Retry-After: seconds, a date, or any other text."""

import logging
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.retry_after import parse_retry_after

WALL = 1_700_000_000 * NANOSECONDS  # Tue, 14 Nov 2023 22:13:20 GMT
LOGGED = "an absurd Retry-After of the upstream is ignored"

GOOD = {
    "0": 0,
    "1": 1,
    "120": 120,
    " 7 ": 7,
    "007": 7,
    "1000000000": 10**9,
    "4.0": 4,
    "1.5": 2,
    "0.001": 1,
    "0.000": 0,
    "007.000001": 8,
    "Tue, 14 Nov 2023 22:13:20 GMT": 0,
    "Tue, 14 Nov 2023 22:13:30 GMT": 10,
    "Tuesday, 14-Nov-23 22:13:30 GMT": 10,
    "Tue Nov 14 22:13:30 2023": 10,
    "Wed, 14-Nov-73 22:13:20 GMT": 18_263 * 86_400,
    "Tue, 14 Nov 2023 22:13:60 GMT": 40,
    "Tue, 14 Nov 2023 22:13:30 -0000": 10,
    "Tue, 14 Nov 2023 23:13:30 +0100": 10,
    "Wed, 15 Nov 2023 22:13:20 GMT": 86_400,
}
ABSURD = [
    *("-1", "-1000000000", "+5", "1e3", "0x10", "\u0665", "\u00b2", "5, 10", "1 2"),
    *("1.", ".5", "1.5.5", "1,5", "-1.5"),
    *("", "   ", "never", "GMT", "Mon,", "\x00", "()", "99:99:99"),
    "Tue, 14 Nov 2023 22:13:10 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Sunday, 06-Nov-74 08:49:37 GMT",
    "Tue, 14 Nov 2023 22:13:61 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Tue, 31 Nov 2023 22:13:30 GMT",
    "Fri, 31 Dec 99999 23:59:59 GMT",
    "Tue, 14 Nov 2023 22:13:30 +99999999",
    f"Tue, 14 Nov {'9' * 5000} 22:13:30 GMT",
    "x" * 5000,
]
PIECES = [
    *("Mon,", "Tue", "Nov", "Dec", "14", "14-Nov-23", "2023", "22:13:30", "22.13"),
    *(":", "-", "+", ",", "(", ")", "GMT", "-0000", "+9999", "1", "0"),
]


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def _anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine stand in one zone of the world after the other."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_anywhere")
@pytest.mark.parametrize(("text", "seconds"), GOOD.items())
def test_seconds_and_dates_of_all_three_forms_are_read_in_every_zone(
    text: str, seconds: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert parse_retry_after(text, WALL) == seconds * NANOSECONDS
    assert not caplog.records


@pytest.mark.usefixtures("_anywhere")
@pytest.mark.parametrize("text", ABSURD, ids=lambda text: repr(text[:40]))
def test_an_absurd_value_is_logged_and_ignored(text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert parse_retry_after(text, WALL) is None
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.message.startswith(LOGGED)
    assert len(record.message) < 150


def test_a_missing_header_is_no_reason_for_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert parse_retry_after(None, WALL) is None
    assert not caplog.records


@pytest.mark.parametrize("digits", [13, 4301, 5000])
def test_many_digits_mean_for_ever(digits: int) -> None:
    wanted = parse_retry_after("9" * digits, WALL)
    assert wanted is not None
    assert wanted >= 10**12 * NANOSECONDS


def test_the_last_second_of_the_calendar_is_a_date() -> None:
    wanted = parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", WALL)
    assert wanted is not None
    assert wanted > 7000 * 365 * 86_400 * NANOSECONDS


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map(" ".join)))
def test_any_text_is_read_without_an_error_and_never_as_a_negative_pause(text: str) -> None:
    wanted = parse_retry_after(text, WALL)
    assert wanted is None or wanted >= 0
