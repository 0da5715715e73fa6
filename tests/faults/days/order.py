"""The strict order, judged by the notes: what a slot called, and what was to go before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ingest_service.dispatch.retries import LONGEST_BACKOFF
from ingest_service.domain.model import Priority
from tests.faults.days.notes import Called, Changed, Killed, Notes, Reply, Slot, Started, Submitted

# Priority, order of acceptance, number of the batch.
Place = tuple[Priority, int, int]


@dataclass
class Waiting:
    """A submission that waits, as far as its client knows for certain.

    `free` has, by the ids that are to be called for certain, the time from which on each may be. `is_placed`:
    the client knows its place in the order, and `is_kept`: it was not cancelled.
    """

    number: int
    priority: Priority
    ids: tuple[int, ...]
    free: dict[int, int] = field(default_factory=dict)
    is_placed: bool = True
    is_kept: bool = True

    def place(self, record_id: int, batch_size: int) -> Place:
        """Return the place of one of its ids."""
        return self.priority, self.number, self.ids.index(record_id) // batch_size


def overtaken(notes: Notes) -> Iterator[str]:
    """A slot carries the most urgent ids that may be called when it opens, and nothing overtakes."""
    return _Replay(notes).run()


class _Replay:
    """Goes through the notes, and knows at each what waits."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._slots = {slot.place: slot for slot in notes.slots()}
        self._waiting: dict[int, Waiting] = {}
        # The name of the submission that each id belongs to.
        self._owners: dict[int, int] = {}
        self._doubtful: set[int] = set()
        self._calls: dict[int, int] = {}
        self._last: Slot | None = None
        self._is_clock_doubtful = False

    def run(self) -> Iterator[str]:
        """Yield the slots that carried something less urgent than what waited."""
        for place, note in enumerate(self._notes.all):
            if isinstance(note, Submitted):
                self._submitted(note)
            elif isinstance(note, Changed):
                self._changed(note)
            elif isinstance(note, Started):
                self._end_slot(note.at)
            elif isinstance(note, Killed):
                self._is_clock_doubtful = note.boots
            elif place in self._slots:
                slot = self._slots[place]
                self._end_slot(slot.at)
                yield from self._judge(slot)
                self._begin(slot)

    def _submitted(self, note: Submitted) -> None:
        if note.name in self._waiting:
            return
        if note.reply is Reply.UNKNOWN:
            self._doubtful.add(note.name)
        if note.reply is not Reply.REFUSED:
            self._owners |= dict.fromkeys(note.ids, note.name)
        if note.reply is Reply.DONE:
            is_placed = note.name not in self._doubtful
            waiting = Waiting(len(self._waiting), note.priority, note.ids, is_placed=is_placed)
            waiting.free = dict.fromkeys(note.ids, 0)
            self._waiting[note.name] = waiting

    def _changed(self, note: Changed) -> None:
        waiting = self._waiting[note.name]
        if note.priority is None:
            waiting.is_kept = waiting.is_kept and note.reply is Reply.REFUSED
        elif note.reply is Reply.DONE:
            waiting.priority = note.priority
            waiting.is_placed = note.name not in self._doubtful
        elif note.reply is Reply.UNKNOWN:
            waiting.is_placed = False

    def _judge(self, slot: Slot) -> Iterator[str]:
        called = {call.record_id for call in slot.calls}
        last = max(self._places(called), default=None)
        first = min(self._claims(slot.at, called), default=None)
        if first is not None and last is not None and first < last:
            yield f"the slot at {slot.at} carried {last}, while {first} waited"

    def _places(self, called: set[int]) -> Iterator[Place]:
        for record_id in called:
            waiting = self._waiting.get(self._owners.get(record_id, -1))
            if waiting is not None and waiting.is_placed:
                yield waiting.place(record_id, self._notes.batch_size)

    def _claims(self, at: int, called: set[int]) -> Iterator[Place]:
        for waiting in self._waiting.values():
            if waiting.is_placed and waiting.is_kept:
                free = (one for one, since in waiting.free.items() if since <= at and one not in called)
                # The ids are in order.
                yield from (waiting.place(one, self._notes.batch_size) for one in islice(free, 1))

    def _begin(self, slot: Slot) -> None:
        """Let the ids of a slot be in work."""
        for call in slot.calls:
            if waiting := self._owner(call):
                waiting.free.pop(call.record_id, None)
            self._calls[call.record_id] = self._calls.get(call.record_id, 0) + 1
        self._last = slot

    def _end_slot(self, at: int) -> None:
        """Let those ids of the last slot wait that are to be called again; it ended at this time or earlier."""
        for call in self._last.calls if self._last else ():
            waiting = self._owner(call)
            if waiting is not None and self._is_to_be_called_again(call):
                waiting.free[call.record_id] = at + self._longest_wait(call)
                waiting.free = _in_order(waiting.free, waiting.ids)
        self._last = None
        if self._is_clock_doubtful:
            self._forget_waits()
            self._is_clock_doubtful = False

    def _forget_waits(self) -> None:
        """Claim nothing of ids that were called: after a boot they wait by the wall clock, which may be wrong."""
        for waiting in self._waiting.values():
            waiting.free = {one: free for one, free in waiting.free.items() if one not in self._calls}

    def _is_to_be_called_again(self, call: Called) -> bool:
        if call.answer is None:
            return True
        # A refusal lets an id wait for longer than clients can know.
        is_passing = call.answer.retryable and not call.answer.refused
        return is_passing and self._calls[call.record_id] < self._notes.max_attempts

    def _longest_wait(self, call: Called) -> int:
        if call.answer is None:
            return 0
        return min(LONGEST_BACKOFF, self._notes.backoff << (self._calls[call.record_id] - 1))

    def _owner(self, call: Called) -> Waiting | None:
        return self._waiting.get(self._owners.get(call.record_id, -1))


def _in_order(free: dict[int, int], ids: Sequence[int]) -> dict[int, int]:
    return {record_id: free[record_id] for record_id in ids if record_id in free}
