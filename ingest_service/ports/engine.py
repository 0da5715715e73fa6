"""What the scheduler needs from the outside, for others to fit."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ingest_service.domain.entry import Entry
from ingest_service.domain.ledger import Answer, Call, Slot
from ingest_service.domain.model import Priority
from ingest_service.schedule.snapshot import ScheduleSnapshot


class Fetcher(Protocol):
    """Calls the upstream."""

    def fetch(self, record_id: int) -> Call:
        """Call the upstream once for one id and block until it has answered; several threads call at once.

        What goes wrong with the call is in its answer, not raised.
        """


class FanOut(Protocol):
    """Runs the calls of a slot at the same time."""

    def __call__(self, call: Callable[[int], Call], ids: Sequence[int]) -> list[Call]:
        """Run `call` for every id at once, block until all have ended, return them in the order of the ids."""


class Observer(Protocol):
    """Is told what happened, to count it. Any thread; never blocks and never raises. Times are nanoseconds."""

    def slot_opened(self, ids: int, late: int) -> None:
        """Note a slot of so many ids, opened so late after it might have been."""

    def call_ended(self, answer: Answer, duration: int) -> None:
        """Note the answer to one upstream call."""

    def called_again(self, ids: int) -> None:
        """Note that so many ids failed and will be called again."""

    def paused(self, duration: int) -> None:
        """Note a pause that the upstream asked for."""

    def deadline_broken(self) -> None:
        """Note that an accepted deadline can no longer be met."""

    def committed(self, writes: int, duration: int) -> None:
        """Note a commit to the disk that so many requests shared."""


class Slots(Protocol):
    """The one seam that opens slots: whatever stands behind it waits, chooses and writes down."""

    def start(self) -> None:
        """Take up what was left waiting. Raises StoreError and SettingError."""

    def stop(self) -> None:
        """Let `open` return None from now on, at once. Any thread; may be called twice."""

    def open(self) -> Slot | None:
        """Block until a slot may open, choose its batches, write it down and return it; None once stopped.

        The slot is durable when this returns: its calls count as made, whatever happens. Raises StoreError if
        it could not be written down; then nothing was released, and it may be asked again.
        """

    def close(self, slot: Slot, calls: Sequence[Call]) -> None:
        """Write down what came of the slot's calls (one for each id, in order); durable when this returns.

        Raises StoreError if it could not be written down; then it is to be asked again.
        """


class Intake(Protocol):
    """The other end of the same seam: what waits for a slot, and what people change about it.

    Any thread. What changes something is durable when it returns, blocks while a slot is written down, and
    raises StoreError.
    """

    def reserve(self, count: int) -> None:
        """Keep room in the backlog for an ingestion of so many ids that is about to be accepted.

        Raises BacklogFull.
        """

    def give_back(self, count: int) -> None:
        """Give back the room that was kept for an ingestion that was not accepted."""

    def join(self, entry: Entry) -> None:
        """Let an accepted ingestion join the backlog, where room is kept for it."""

    def cancel(self, sequence: int) -> None:
        """Release no more ids of an ingestion.

        Those that wait to be called again have failed, and so has the rest of a batch that was released in
        part; other batches are cancelled.
        """

    def reprioritise(self, sequence: int, priority: Priority) -> None:
        """Give an ingestion another priority; it keeps its created time."""

    def pause(self) -> None:
        """Open no slot until `resume`, across restarts."""

    def resume(self) -> None:
        """Open slots again."""

    def opens_in(self) -> int:
        """Return for how many nanoseconds no slot will open. Does not block."""

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on, as it is now. Does not block."""
