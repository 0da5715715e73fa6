"""The laws of what clients read: what was accepted ends, and a status and an outcome stay true."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ingest_service.domain.ledger import CANCELLED
from ingest_service.domain.model import Status
from tests.faults.days.notes import Called, Changed, Looked, Notes, Reply, Submitted
from tests.faults.days.owners import Owners

_ENDED = (Status.COMPLETED, Status.CANCELLED)
_ORDER = (Status.YET_TO_START, Status.TRIGGERED, Status.COMPLETED)


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


def last_looks(notes: Notes) -> dict[int, Looked]:
    """Return the last look at each submission, by its name."""
    return {note.name: note for note in notes.all if isinstance(note, Looked)}


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
