from datetime import datetime, timedelta

import pytest

from ingestctl.commands.deadline import parse_deadline
from ingestctl.errors import UsageError

NOON = datetime(2026, 11, 22, 12, 0, 30).astimezone()


def local(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """A time on this system in November 2026."""
    return datetime(2026, 11, day, hour, minute, second).astimezone()


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("+2h", timedelta(hours=2)),
        ("+90m", timedelta(minutes=90)),
        ("+45s", timedelta(seconds=45)),
        ("+99999d", timedelta(days=99_999)),
        ("+1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_a_deadline_may_be_a_span_of_time(text: str, span: timedelta) -> None:
    assert parse_deadline(text, NOON) == NOON + span


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("17:30", local(22, 17, 30)),
        ("12:01", local(22, 12, 1)),
        ("12:00:31", local(22, 12, 0, 31)),
        ("12:00", local(23, 12, 0)),
        ("00:00", local(23, 0, 0)),
    ],
)
def test_a_time_of_the_day_is_the_next_one(text: str, time: datetime) -> None:
    assert parse_deadline(text, NOON) == time


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-11-22T17:30:00Z", "2026-11-22T17:30:00+00:00"),
        ("2026-11-22t17:30:00.250z", "2026-11-22T17:30:00.250000+00:00"),
        ("2026-11-22 17:30+05:30", "2026-11-22T17:30:00+05:30"),
    ],
)
def test_a_deadline_in_rfc_3339_has_its_own_offset(text: str, sent: str) -> None:
    assert parse_deadline(text, NOON) == datetime.fromisoformat(sent)


@pytest.mark.parametrize("text", ["2026-11-24T17:30", "2026-11-24 17:30:00"])
def test_a_deadline_without_an_offset_is_in_local_time(text: str) -> None:
    assert parse_deadline(text, NOON) == local(24, 17, 30)


def test_every_deadline_has_an_offset() -> None:
    for text in ("+2h", "17:30", "2026-11-24 17:30", "2026-11-22T17:30:00Z"):
        assert parse_deadline(text, NOON).tzinfo is not None


@pytest.mark.parametrize("text", ["", "+", "+h", "2h", "-2h", "tomorrow", "17", "2026-11-24", "1700", "+2w"])
def test_a_text_that_is_not_a_time_gets_a_sentence_that_shows_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_deadline(text, NOON)
    assert str(raised.value) == (
        f"{text!r} is not a valid time: write 17:30 or +2h30m, or with a date 2026-11-22T17:30:00+01:00."
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("25:00", "hour must be in 0..23"),
        ("2026-02-30T10:00Z", "day is out of range for month"),
        ("9999-12-31T23:59-12:00", "date value out of range"),
    ],
)
def test_an_impossible_time_gets_a_sentence_with_the_reason(text: str, fault: str) -> None:
    with pytest.raises(UsageError, match=rf"^'.*' is not a valid time: .*{fault}"):
        parse_deadline(text, NOON)
