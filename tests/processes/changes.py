"""The changes that clients made after their submissions, as they noted them. Times are nanoseconds, monotonic."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cancel:
    """A cancel of an ingestion; `answered` is None if no answer came that it is cancelled."""

    ingestion_id: str
    ids: tuple[int, ...]
    sent: int
    answered: int | None


@dataclass(frozen=True)
class Move:
    """A change of the priority of an ingestion; `answered` is None if no answer came that it has this one now."""

    ids: tuple[int, ...]
    priority: int
    sent: int
    answered: int | None


@dataclass(frozen=True)
class Pause:
    """The time from the answer to a pause until a resume was sent for the first time."""

    answered: int
    resumed: int


@dataclass
class Changes:
    """All changes of a run; those of one ingestion were made one after the other."""

    cancels: list[Cancel] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    # The two ingestion ids of each submission that was sent again, with its key, after it had been answered.
    repeated: list[tuple[str, str]] = field(default_factory=list)
