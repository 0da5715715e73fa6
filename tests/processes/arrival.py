"""What an upstream that judges has seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Answer(Enum):
    """What an answer says of its id: here it is, ask again, or never ask again."""

    GOOD = "good"
    PASSING = "passing"
    FINAL = "final"


@dataclass
class Arrival:
    """One call as the judge saw it; nanoseconds on the monotonic clock, `answered` before the answer left.

    `pause` is how long the answer asks everybody to stay away.
    """

    record_id: int
    at: int
    answered: int | None = None
    answer: Answer = Answer.GOOD
    pause: int = 0


class Upstream(Protocol):
    """An upstream of its own that counts: what it sees is what the promise is about. Any thread asks it."""

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """What arrived so far."""

    @property
    def seen(self) -> set[int]:
        """The ids that were called."""
