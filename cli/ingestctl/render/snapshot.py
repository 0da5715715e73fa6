"""What is known at one moment of what is watched."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ingestctl.errors import NoAnswerError


class Progress(Protocol):
    """What a look must tell."""

    @property
    def ended(self) -> bool:
        """Whether it never changes again."""

    @property
    def retry_after(self) -> float | None:
        """For how many seconds there is nothing to ask for, None if nobody said."""


State = TypeVar("State", bound=Progress)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[State]):
    """What a watcher knows at one moment: what was last seen of each, and why the service gives no answer now."""

    states: tuple[State, ...]
    away: NoAnswerError | None = None

    @property
    def ended(self) -> bool:
        """Whether all has ended."""
        return all(state.ended for state in self.states)
