"""The laws of the pace: how many calls begin and are in work, and when none may begin."""

from collections.abc import Iterator
from itertools import pairwise

from tests.faults.days.calls import any_between
from tests.faults.days.notes import Called, Killed, Notes, Reply, Switched
from tests.laws import most_in_work


def too_many(notes: Notes) -> Iterator[str]:
    """No window of a limit has more starts than the limit allows."""
    starts = sorted(call.at for call in notes.calls())
    for ids, window in notes.limits:
        for first, last in zip(starts, starts[ids:], strict=False):
            if last - first < window:
                yield f"{ids + 1} calls began within {last - first} ns from {first}"


def too_many_in_work(notes: Notes) -> Iterator[str]:
    """Never are more ids in work than a slot has room; calls of a service that is killed end with it."""
    killed: int | None = None
    spans = []
    for note in reversed(notes.all):
        if isinstance(note, Killed):
            killed = note.at
        elif isinstance(note, Called):
            ends = [end for end in (note.ended, killed) if end is not None]
            spans.append((note.record_id, note.at, max(min(ends), note.at + 1)))
    most = most_in_work(spans)
    if most > notes.rate.slot_size:
        yield f"{most} calls were in work at once"


def called_while_paused(notes: Notes) -> Iterator[str]:
    """No slot opens from the answer to a pause until the request for the next one, or for an end of it."""
    paused: int | None = None
    slots = {slot.place: slot for slot in notes.slots()}
    for place, note in enumerate(notes.all):
        if isinstance(note, Switched):
            paused = place if note.pauses and note.reply is Reply.DONE else None
        elif paused is not None and place in slots:
            yield f"a slot opened at {slots[place].at}"


def called_in_a_pause_of_the_upstream(notes: Notes) -> Iterator[str]:
    """No slot opens for as long as the upstream asked, unless a kill made the service forget that."""
    kills = notes.places(Killed)
    for slot, following in pairwise(notes.slots()):
        asked = max((call.answer.pause or 0 for call in slot.calls if call.answer is not None), default=0)
        ended = max(call.ended or 0 for call in slot.calls)
        until = ended + min(asked, notes.rate.longest_pause)
        if asked and following.at < until and not any_between(kills, slot.place, following.place):
            yield f"a slot opened at {following.at}, in a pause until {until}"
