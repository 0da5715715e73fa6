from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ingestctl.http.server_clock import ServerClock

NOON = datetime(2026, 11, 22, 12, 0, 0, 400_000, UTC)


class System:
    """The clock of this system, which a test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def clock(system: System) -> ServerClock:
    return ServerClock(system.now)


def date(time: datetime) -> str:
    return format_datetime(time.replace(microsecond=0), usegmt=True)


def test_the_clock_is_that_of_this_system_before_the_first_answer(clock: ServerClock) -> None:
    assert clock.now() == NOON


@pytest.mark.parametrize("seconds_ago", [0, 0.4, 1, 5])
def test_a_date_that_the_clock_of_this_system_explains_changes_nothing(
    clock: ServerClock, seconds_ago: float
) -> None:
    clock.learn(date(NOON - timedelta(seconds=seconds_ago)), seconds=seconds_ago)
    assert clock.now() == NOON


@pytest.mark.parametrize(
    "skew", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400), timedelta(seconds=-3)]
)
def test_a_clock_that_differs_is_followed_to_within_a_second(
    clock: ServerClock, system: System, skew: timedelta
) -> None:
    clock.learn(date(NOON + skew), seconds=0.05)
    assert abs(clock.now() - (NOON + skew)) <= timedelta(seconds=1)
    system.time += timedelta(minutes=3)
    assert abs(clock.now() - (system.time + skew)) <= timedelta(seconds=1)


def test_more_answers_never_move_the_clock_away_from_the_time_of_the_service(
    clock: ServerClock, system: System
) -> None:
    skew, distance = timedelta(hours=1), timedelta(seconds=1)
    for _ in range(20):
        clock.learn(date(system.time + skew), seconds=0.01)
        assert abs(clock.now() - system.time - skew) <= distance
        distance = abs(clock.now() - system.time - skew)
        system.time += timedelta(seconds=1.13)
    assert distance < timedelta(seconds=0.2)


def test_a_clock_that_is_set_meanwhile_is_followed(clock: ServerClock, system: System) -> None:
    clock.learn(date(NOON + timedelta(hours=1)), seconds=0.1)
    system.time += timedelta(hours=1)
    clock.learn(date(system.time), seconds=0.1)
    assert clock.now() == system.time


@pytest.mark.parametrize("text", [None, "", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT"])
def test_an_answer_without_a_date_teaches_nothing(clock: ServerClock, text: str | None) -> None:
    clock.learn(text, seconds=0.1)
    assert clock.now() == NOON
