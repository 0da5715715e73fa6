"""State of everything that is watched, at one moment."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ingestctl.errors import NoAnswerError


class Progress(Protocol):
    """Properties of a state that can be watched."""

    @property
    def ended(self) -> bool:
        """True if it never changes again."""

    @property
    def retry_after(self) -> float | None:
        """Seconds in which nothing changes, None if they are not known."""


State = TypeVar("State", bound=Progress)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[State]):
    """The last state of each thing that is watched, and the error while the service gives no answer."""

    states: tuple[State, ...]
    outage: NoAnswerError | None = None

    @property
    def ended(self) -> bool:
        """True if all has ended."""
        return all(state.ended for state in self.states)
