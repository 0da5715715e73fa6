"""The laws of the calls of an id: what is called at all, how often, and when not again."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.faults.days.notes import Changed, Killed, Notes, Reply, Slot
from tests.faults.days.owners import Owners


def unaccepted(notes: Notes) -> Iterator[str]:
    """Nothing is called that was refused, or was never submitted."""
    for call in Owners(notes).unowned():
        yield f"id {call.record_id} was called"


def repeated(notes: Notes) -> Iterator[str]:
    """An id that was answered for good is called again only if it was in the slot that was open at a kill."""
    slots, kills = _Slots(notes), notes.places(Killed)
    for (_, record_id), calls in Owners(notes).calls().items():
        for (before, first), (after, _) in pairwise(calls):
            if first.is_conclusive and not slots.is_open_at_a_kill(before, kills, until=after):
                yield f"id {record_id} was called again after {first.answer}"


def too_often(notes: Notes) -> Iterator[str]:
    """No id has more calls than it may, but for those that were refused, or in a slot that was open at a kill."""
    slots, kills = _Slots(notes), notes.places(Killed)
    for (name, record_id), calls in Owners(notes).calls().items():
        counted = [
            call
            for place, call in calls
            if call.answer is not None and not call.answer.refused
            if not slots.is_open_at_a_kill(place, kills, until=len(notes.all))
        ]
        if len(counted) > notes.max_attempts:
            yield f"id {record_id} of submission {name} was called {len(counted)} times"


def called_after_cancelling(notes: Notes) -> Iterator[str]:
    """No slot calls anything of a cancelled ingestion, but for what was in a slot that was open at a kill."""
    slots, kills = _Slots(notes), notes.places(Killed)
    cancelled: dict[int, int] = {}
    for place, note in enumerate(notes.all):
        if isinstance(note, Changed) and note.priority is None and note.reply is Reply.DONE:
            cancelled.setdefault(note.name, place)
    for (name, record_id), calls in Owners(notes).calls().items():
        since = cancelled.get(name)
        if since is None or slots.is_open_at_a_kill(since, kills, until=len(notes.all)):
            continue
        if any(slots.of(place).place > since for place, _ in calls):
            yield f"id {record_id} was called after submission {name} had been cancelled"


class _Slots:
    """The slots by the places of their calls."""

    def __init__(self, notes: Notes) -> None:
        self._slots = notes.slots()
        self._places = [slot.place for slot in self._slots]

    def of(self, place: int) -> Slot:
        """Return the slot of the call at this place among the notes."""
        return self._slots[bisect_right(self._places, place) - 1]

    def is_open_at_a_kill(self, place: int, kills: Sequence[int], until: int) -> bool:
        """Return whether a kill came after this place, and before both the next slot and the place `until`."""
        number = bisect_right(self._places, place) - 1
        following = self._places[number + 1] if number + 1 < len(self._places) else until
        return any_between(kills, place, min(following, until))


def any_between(places: Sequence[int], after: int, before: int) -> bool:
    """Return whether one of these places, which ascend, is between two others."""
    found = bisect_right(places, after)
    return found < len(places) and places[found] < before
