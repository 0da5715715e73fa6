from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ingestctl.client import Client
from ingestctl.commands.deadline import parse_deadline
from ingestctl.errors import UsageError
from tests.cli.conftest import Run
from tests.cli.stand_in import Answer, StandIn, accepted
from tests.cli.zones import BERLIN, local_zone

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
    assert parse_deadline(text, lambda: NOON) == NOON + span


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
    assert parse_deadline(text, lambda: NOON) == time


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-11-22T17:30:00Z", "2026-11-22T17:30:00+00:00"),
        ("2026-11-22t17:30:00.250z", "2026-11-22T17:30:00.250000+00:00"),
        ("2026-11-22 17:30+05:30", "2026-11-22T17:30:00+05:30"),
    ],
)
def test_a_deadline_in_rfc_3339_has_its_own_offset(text: str, sent: str) -> None:
    assert parse_deadline(text, lambda: NOON) == datetime.fromisoformat(sent)


@pytest.mark.parametrize("text", ["2026-11-24T17:30", "2026-11-24 17:30:00"])
def test_a_deadline_without_an_offset_is_in_local_time(text: str) -> None:
    assert parse_deadline(text, lambda: NOON) == local(24, 17, 30)


def test_every_deadline_has_an_offset() -> None:
    for text in ("+2h", "17:30", "2026-11-24 17:30", "2026-11-22T17:30:00Z"):
        assert parse_deadline(text, lambda: NOON).tzinfo is not None


@pytest.mark.parametrize("text", ["", "+", "+h", "2h", "-2h", "tomorrow", "17", "2026-11-24", "1700", "+2w"])
def test_a_text_that_is_not_a_time_gets_a_sentence_that_shows_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_deadline(text, lambda: NOON)
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
        parse_deadline(text, lambda: NOON)


def before(text: str) -> Callable[[], datetime]:
    """A clock that shows this time."""
    return lambda: datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "now", "sent"),
    [
        ("2026-10-26T12:00", "2026-10-24T10:00:00Z", "2026-10-26T11:00:00Z"),
        ("12:00", "2026-10-24T10:00:00Z", "2026-10-25T11:00:00Z"),
        ("2027-03-29 12:00", "2027-03-27T11:00:00Z", "2027-03-29T10:00:00Z"),
        ("12:00", "2027-03-27T11:00:00Z", "2027-03-28T10:00:00Z"),
        ("+1d", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z"),
        ("01:59:59", "2026-10-24T22:00:00Z", "2026-10-24T23:59:59Z"),
        ("03:00", "2026-10-24T22:00:00Z", "2026-10-25T02:00:00Z"),
    ],
)
def test_a_local_deadline_has_the_offset_of_its_own_day(text: str, now: str, sent: str) -> None:
    with local_zone(BERLIN):
        assert parse_deadline(text, before(now)) == datetime.fromisoformat(sent)


@pytest.mark.parametrize(
    ("text", "now"), [("2027-03-28T02:30", "2026-11-22T11:00:00Z"), ("02:30", "2027-03-27T11:00:00Z")]
)
def test_a_deadline_that_the_clocks_skip_is_refused(text: str, now: str) -> None:
    with local_zone(BERLIN), pytest.raises(UsageError) as raised:
        parse_deadline(text, before(now))
    assert str(raised.value) == (
        "There is no 2027-03-28 02:30:00, for the clocks go forward then: "
        "write 2027-03-28T03:30:00+02:00, for example."
    )


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("2026-10-25T02:30", "2026-10-24T10:00:00Z"),
        ("02:30", "2026-10-24T10:00:00Z"),
        ("02:30", "2026-10-25T01:00:00Z"),
    ],
)
def test_a_deadline_that_comes_twice_is_refused(text: str, now: str) -> None:
    with local_zone(BERLIN), pytest.raises(UsageError) as raised:
        parse_deadline(text, before(now))
    assert str(raised.value) == (
        "2026-10-25 02:30:00 comes twice, for the clocks go back: "
        "write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00."
    )


@pytest.mark.parametrize("skew", [timedelta(hours=-1), timedelta(0), timedelta(hours=1), timedelta(days=400)])
def test_a_relative_deadline_counts_from_the_clock_of_the_service(
    run: Run, service: StandIn, skew: timedelta
) -> None:
    service.ahead = skew
    service.answers(accepted())
    assert run("submit 1 --deadline +2h").exit_code == 0
    sent = datetime.fromisoformat(service.requests[-1].body["deadline"])
    assert abs(sent - (datetime.now(UTC) + skew + timedelta(hours=2))) < timedelta(seconds=10)
    assert service.paths() == ["/health", "/ingest"]


@pytest.mark.parametrize("answer", [Answer(503, b""), Answer(500, b""), Answer(200, b"")])
def test_the_clock_of_the_service_is_learned_from_every_answer(
    service: StandIn, client: Client, answer: Answer
) -> None:
    service.ahead = timedelta(hours=5)
    service.answers(answer)
    client.learn_time()
    assert abs(client.now() - datetime.now(UTC) - service.ahead) < timedelta(seconds=10)


def test_a_deadline_with_a_date_needs_no_clock(run: Run, service: StandIn) -> None:
    service.answers(accepted())
    assert run("submit 1 --deadline 2126-01-02T03:04").exit_code == 0
    assert service.paths() == ["/ingest"]


def test_a_relative_deadline_without_a_service_fails_as_the_submission_does(run: Run, nowhere: str) -> None:
    result = run(f"submit 1 --deadline +2h --url {nowhere}")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: Cannot reach the ingest service")
    assert len(result.stderr.splitlines()) == 1
