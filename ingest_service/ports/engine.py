"""The one seam that opens slots: an engine waits, chooses and writes down.

Nothing that crosses it is bound to one process: no ids in a snapshot, no shared objects, no monotonic time
without the machine that it belongs to.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from ingest_service.domain.ledger import Call, Slot
from ingest_service.domain.model import Priority, Submission
from ingest_service.schedule.snapshot import ScheduleSnapshot

T = TypeVar("T")


def ignore(_: object) -> None:
    """Do nothing."""


class SlotSource(Protocol):
    """The end of an engine that the dispatcher uses. `open` and `close` belong to its thread."""

    def start(self) -> None:
        """Take up everything that waits in the store, which must run. Raises StoreError and SettingError."""

    def stop(self) -> None:
        """Let `open` return None from now on, at once. Any thread; may be called twice."""

    def open(self, waits: Callable[[int | None], None] = ignore) -> Slot | None:
        """Block until a slot may open, choose its batches, write it down and return it; None once stopped.

        It calls `waits` whenever it begins to wait, and so does not wait for the store, with the time (monotonic)
        at which a slot may open, None where that is not known.

        The slot is durable when this returns: its calls count as made, whatever happens, and none may be sent at
        its fence (`until`) or later. Raises StoreError if it could not be written down; then nothing was released,
        and it may be asked again.
        """

    def close(self, slot: Slot, calls: Sequence[Call]) -> bool:
        """Write down the outcomes of the slot's calls (one for each id, in order); durable when this returns True.

        False if another replica has declared the slot lost: its ids wait again, these outcomes are thrown away.
        Raises StoreError if they could not be written down; then it is to be asked again.
        """


class Intake(Protocol):
    """The end of an engine that everybody else uses. Any thread.

    A change is durable when the method returns; it blocks while a slot is written down, and raises StoreError, or
    CommitNotCertain where it may be kept all the same.
    """

    def admit(self, submission: Submission, key: str | None) -> UUID:
        """Accept a submission and return the id of the ingestion that stands for it.

        With an idempotency key that came before it is the ingestion that came with the key, whether or not there
        is room or time now. Raises BacklogFull, DeadlineImpossible and KeyReused; then nothing was accepted.
        """

    def cancel(self, sequence: int) -> None:
        """Release no more ids of an ingestion.

        Ids that wait to be called again have failed, and so has the rest of a batch that was released in part;
        other batches are cancelled.
        """

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another priority; it keeps its created time."""

    def pause(self) -> None:
        """Open no slot until `resume`, across restarts. May be asked twice."""

    def resume(self) -> None:
        """Open slots again. May be asked twice."""

    def opens_in(self) -> int:
        """Return the nanoseconds for which no slot will open, as far as this process knows. Does not block."""

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on, as it is now. May ask the store, and raise StoreError."""

    def at_one_moment(self, read: Callable[[], T]) -> tuple[T, ScheduleSnapshot]:
        """Return what `read` reads from the records, and the snapshot of the same moment.

        Between the two no slot was opened or closed and nothing was cancelled or changed; `read` may run several
        times for that. Blocks while a slot is written down, and raises StoreError.
        """


class Engine(SlotSource, Intake, Protocol):
    """Both ends of one engine."""
