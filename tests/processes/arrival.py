"""Calls as an upstream that checks the laws sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Answer(Enum):
    """The meaning of an answer for its id: a result, an error that passes, or an error that is final."""

    GOOD = "good"
    PASSING = "passing"
    FINAL = "final"


@dataclass
class Arrival:
    """One call; nanoseconds on the monotonic clock.

    `at` is when the kernel received it, `answered` is before the answer was sent, and `pause` is how long the
    answer asks the service to send nothing.
    """

    record_id: int
    at: int
    answered: int | None = None
    answer: Answer = Answer.GOOD
    pause: int = 0


class Upstream(Protocol):
    """Upstream that records its calls: the laws are checked against its record. Any thread may use it."""

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """The calls so far."""

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
