from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ingestctl.errors import NoAnswerError, NotFoundError, TimedOutError, UnavailableError, UnreachableError
from ingestctl.render.snapshot import Snapshot
from ingestctl.watch.poll import poll


@dataclass(frozen=True)
class State:
    """A state that is polled, with its step, and whether it is the last."""

    step: int
    retry_after: float | None = None
    ended: bool = False


GONE = UnreachableError("Gone.")
END = State(9, ended=True)


class Clock:
    """A clock that moves only while a caller waits."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    def now(self) -> float:
        return self.time


class Course:
    """Steps of one thing: each fetch gets the next one, the last one again and again."""

    def __init__(self, clock: Clock, *steps: State | NoAnswerError | NotFoundError) -> None:
        self._clock = clock
        self._steps = list(steps)
        self.fetches: list[float] = []
        self.known: list[State | None] = []

    def __call__(self, known: State | None) -> State:
        self.fetches.append(self._clock.time - 1000)
        self.known.append(known)
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, State):
            return step
        raise step


@pytest.fixture
def clock() -> Clock:
    return Clock()


def watch(clock: Clock, *courses: Course, timeout: float | None = None) -> Iterator[Snapshot[State]]:
    return poll(courses, timeout, clock.wait, clock.now)


def test_poll_fetches_until_the_end_and_every_fetch_gets_the_state_before(clock: Clock) -> None:
    course = Course(clock, State(1), State(2), END)
    assert [snapshot.states for snapshot in watch(clock, course)] == [(State(1),), (State(2),), (END,)]
    assert course.known == [None, State(1), State(2)]
    assert clock.waits == [0.5, 0.5]


@pytest.mark.parametrize(("asked", "waited"), [(None, 0.5), (0, 0.5), (4, 4), (60, 60), (3600, 60)])
def test_poll_waits_as_long_as_the_service_asks_within_limits(
    clock: Clock, asked: float | None, waited: float
) -> None:
    assert len(list(watch(clock, Course(clock, State(1, retry_after=asked), END)))) == 2
    assert clock.waits == [waited]


def test_each_of_several_is_fetched_in_its_own_time_until_it_has_ended(clock: Clock) -> None:
    quick = Course(clock, *[State(n, retry_after=2) for n in range(3)], END)
    slow = Course(clock, State(1, retry_after=5), State(2, retry_after=5), END)
    snapshots = list(watch(clock, quick, slow))
    assert (quick.fetches, slow.fetches) == ([0, 2, 4, 6], [0, 5, 10])
    assert snapshots[0].states == (State(0, retry_after=2), State(1, retry_after=5))
    assert [snapshot.ended for snapshot in snapshots] == [False] * 5 + [True]


def test_states_that_are_due_together_are_fetched_together(clock: Clock) -> None:
    snapshots = list(watch(clock, Course(clock, State(1), END), Course(clock, State(1), END)))
    assert [snapshot.states for snapshot in snapshots] == [(State(1), State(1)), (END, END)]


def test_a_short_outage_is_waited_for(clock: Clock) -> None:
    restarting = UnavailableError("Restarting.", 3)
    snapshots = list(watch(clock, Course(clock, State(1), GONE, restarting, END)))
    assert [snapshot.outage for snapshot in snapshots] == [None, GONE, restarting, None]
    assert snapshots[2].states == (State(1),)
    assert clock.waits == [0.5, 0.5, 3]


def test_a_service_during_an_outage_is_asked_for_one_state_at_a_time(clock: Clock) -> None:
    first, second = Course(clock, State(1), GONE, GONE, END), Course(clock, State(1), END)
    snapshots = list(watch(clock, first, second))
    assert (first.fetches, second.fetches) == ([0, 0.5, 1, 1.5], [0, 1.5])
    assert [snapshot.outage for snapshot in snapshots] == [None, GONE, GONE, None]


def test_a_service_is_given_up_after_an_outage_of_a_minute(clock: Clock) -> None:
    with pytest.raises(UnreachableError, match=r"^Gave up after 60 s\. Gone\.$"):
        list(watch(clock, Course(clock, State(1), GONE)))
    assert 1060 < clock.time < 1061


def test_every_outage_has_a_minute_of_its_own(clock: Clock) -> None:
    away = [GONE] * 100
    assert len(list(watch(clock, Course(clock, State(1), *away, State(2), *away, END)))) == 203


def test_an_outage_before_the_first_answer_is_not_waited_for(clock: Clock) -> None:
    with pytest.raises(UnreachableError):
        next(watch(clock, Course(clock, GONE, END)))
    assert clock.waits == []


def test_an_ingestion_that_is_gone_ends_the_polling(clock: Clock) -> None:
    with pytest.raises(NotFoundError):
        list(watch(clock, Course(clock, State(1), NotFoundError("Ingestion ID not found."))))


def test_the_timeout_is_an_error_that_states_that_all_goes_on(clock: Clock) -> None:
    course = Course(clock, State(1, retry_after=2))
    with pytest.raises(TimedOutError) as raised:
        list(watch(clock, course, timeout=5))
    assert str(raised.value) == "Not completed within 5 s; what was submitted goes on."
    assert course.fetches == [0, 2, 4, 5]


def test_a_state_that_ends_just_before_the_timeout_has_ended(clock: Clock) -> None:
    course = Course(clock, State(1, retry_after=60), END)
    assert list(watch(clock, course, timeout=5))[-1].ended
    assert course.fetches == [0, 5]


def test_a_timeout_of_zero_fetches_once(clock: Clock) -> None:
    course = Course(clock, State(1))
    with pytest.raises(TimedOutError, match="Not completed within 0 s"):
        list(watch(clock, course, timeout=0))
    assert course.fetches == [0]


def test_an_outage_does_not_delay_the_timeout(clock: Clock) -> None:
    with pytest.raises(TimedOutError):
        list(watch(clock, Course(clock, State(1), GONE), timeout=2))
    assert clock.time == 1002
