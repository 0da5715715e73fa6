"""The laws, judged by the notes of the upstream and of the clients: each yields sentences of what breaks it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ingest_service.domain.ledger import CANCELLED
from ingest_service.domain.model import Status
from tests.faults.days.notes import (
    Called,
    Changed,
    Killed,
    Looked,
    Notes,
    Reply,
    Slot,
    Started,
    Submitted,
    Switched,
)
from tests.faults.days.order import overtaken
from tests.faults.days.owners import Owners
from tests.laws import most_in_work

Law = Callable[[Notes], Iterator[str]]
_ENDED = (Status.COMPLETED, Status.CANCELLED)
_ORDER = (Status.YET_TO_START, Status.TRIGGERED, Status.COMPLETED)


def broken(notes: Notes) -> list[str]:
    """Return what breaks any law, each sentence with the name of the law."""
    return [f"{law.__name__}: {sentence}" for law in LAWS for sentence in law(notes)]


def lost(notes: Notes) -> Iterator[str]:
    """Nothing that was accepted is lost: it completes, and each id is called, unless somebody cancels it."""
    last, called = last_looks(notes), {call.record_id for call in notes.calls() if call.answer is not None}
    cancelled = {
        note.name for note in _changes(notes) if note.priority is None and note.reply is not Reply.REFUSED
    }
    for _, note in notes.submissions():
        if note.reply is not Reply.DONE:
            continue
        seen = last.get(note.name)
        if seen is None or seen.status not in _ENDED:
            yield f"submission {note.name} was accepted, and in the end it was {seen and seen.status}"
        elif note.name not in cancelled and (
            seen.status is not Status.COMPLETED or not called.issuperset(note.ids)
        ):
            yield f"of submission {note.name}, {set(note.ids) - called} were not called; it was {seen.status}"


def unaccepted(notes: Notes) -> Iterator[str]:
    """Nothing is called that was refused, or that nobody submitted."""
    for call in Owners(notes).unowned():
        yield f"id {call.record_id} was called"


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


def repeated(notes: Notes) -> Iterator[str]:
    """What was answered for good is called again only if it was in the slot that was open at a kill."""
    slots, kills = _Slots(notes), _places(notes, Killed)
    for (_, record_id), calls in Owners(notes).calls().items():
        for (before, first), (after, _) in pairwise(calls):
            if first.is_conclusive and not slots.is_open_at_a_kill(before, kills, until=after):
                yield f"id {record_id} was called again after {first.answer}"


def too_often(notes: Notes) -> Iterator[str]:
    """No id has more calls than it may, but for those that were refused, or in a slot that was open at a kill."""
    slots, kills = _Slots(notes), _places(notes, Killed)
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
    slots, kills = _Slots(notes), _places(notes, Killed)
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
    kills = _places(notes, Killed)
    for slot, following in pairwise(notes.slots()):
        asked = max((call.answer.pause or 0 for call in slot.calls if call.answer is not None), default=0)
        ended = max(call.ended or 0 for call in slot.calls)
        until = ended + min(asked, notes.rate.longest_pause)
        if asked and following.at < until and not _any_between(kills, slot.place, following.place):
            yield f"a slot opened at {following.at}, in a pause until {until}"


def doubled(notes: Notes) -> Iterator[str]:
    """A submission is kept once, however often it is sent with its key, and no two share an ingestion."""
    accepted = {(note.name, note.ingestion) for _, note in notes.submissions() if note.ingestion is not None}
    for name, count in Counter(name for name, _ in accepted).items():
        if count > 1:
            yield f"submission {name} was kept {count} times"
    for ingestion, count in Counter(ingestion for _, ingestion in accepted).items():
        if count > 1:
            yield f"ingestion {ingestion} stands for {count} submissions"


def backwards(notes: Notes) -> Iterator[str]:
    """No status goes back, and no outcome changes or goes away."""
    before: dict[int, Looked] = {}
    for note in notes.all:
        if isinstance(note, Looked):
            earlier = before.get(note.name, note)
            if not _follows(earlier.status, note.status):
                yield f"submission {note.name} went from {earlier.status} to {note.status}"
            for one, other in zip(earlier.batches, note.batches, strict=True):
                if not _follows(one, other):
                    yield f"a batch of submission {note.name} went from {one} to {other}"
            if not set(earlier.outcomes) <= set(note.outcomes):
                yield f"outcomes of submission {note.name} changed from {earlier.outcomes} to {note.outcomes}"
            before[note.name] = note


def dishonest(notes: Notes) -> Iterator[str]:
    """A batch is completed exactly if its ids have an outcome each, and nothing was called of one yet to start."""
    ids = {note.name: note.ids for _, note in notes.submissions()}
    called: set[int] = set()
    fresh: dict[int, set[int]] = {}
    for note in notes.all:
        if isinstance(note, Called):
            called.add(note.record_id)
        elif isinstance(note, Submitted) and note.reply is not Reply.REFUSED:
            fresh.setdefault(note.name, set(note.ids) & called)
        elif isinstance(note, Looked):
            yield from _dishonest(note, ids[note.name], called - fresh[note.name], notes.batch_size)


def wrong_outcomes(notes: Notes) -> Iterator[str]:
    """In the end an id has the one outcome that its last answer was, or was cancelled."""
    calls = Owners(notes).calls()
    for name, seen in last_looks(notes).items():
        for record_id, count in Counter(record_id for record_id, *_ in seen.outcomes).items():
            if count > 1:
                yield f"id {record_id} of submission {name} has {count} outcomes"
        for record_id, result, error in seen.outcomes:
            own = calls.get((name, record_id), [])
            answer = own[-1][1].answer if own else None
            if error != CANCELLED and (answer is None or (result, error) != (answer.result, answer.error)):
                yield f"id {record_id} of submission {name} ended as {result or error}, and was answered {answer}"


LAWS: tuple[Law, ...] = (
    lost,
    unaccepted,
    too_many,
    too_many_in_work,
    overtaken,
    repeated,
    too_often,
    called_after_cancelling,
    called_while_paused,
    called_in_a_pause_of_the_upstream,
    doubled,
    backwards,
    dishonest,
    wrong_outcomes,
)


def last_looks(notes: Notes) -> dict[int, Looked]:
    """Return the last look at each submission, by its name."""
    return {note.name: note for note in notes.all if isinstance(note, Looked)}


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
        return _any_between(kills, place, min(following, until))


def _dishonest(seen: Looked, ids: Sequence[int], called: set[int], size: int) -> Iterator[str]:
    ended = {record_id for record_id, *_ in seen.outcomes}
    for number, status in enumerate(seen.batches):
        own = set(ids[number * size : (number + 1) * size])
        if (status is Status.COMPLETED) != (own <= ended):
            yield f"batch {number} of submission {seen.name} was {status} with outcomes of {own & ended} in {own}"
        if status in (Status.YET_TO_START, Status.CANCELLED) and own & called:
            yield f"batch {number} of submission {seen.name} was {status} after calls of {own & called}"


def _follows(before: Status, after: Status) -> bool:
    if before in _ENDED or after not in _ORDER:
        return before is after or before not in _ENDED
    return _ORDER.index(before) <= _ORDER.index(after)


def _changes(notes: Notes) -> list[Changed]:
    return [note for note in notes.all if isinstance(note, Changed)]


def _places(notes: Notes, kind: type[Killed] | type[Started]) -> list[int]:
    return [place for place, note in enumerate(notes.all) if isinstance(note, kind)]


def _any_between(places: Sequence[int], after: int, before: int) -> bool:
    found = bisect_right(places, after)
    return found < len(places) and places[found] < before
