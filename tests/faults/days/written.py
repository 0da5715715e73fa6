"""Notes that are written by hand."""

from collections.abc import Sequence

from ingest_service.domain.ledger import Answer
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.rate import RateLimit
from tests.doubles import good
from tests.engines.wiring import SECOND
from tests.faults.days.laws import broken
from tests.faults.days.notes import Called, Killed, Looked, Note, Notes, Reply, Started, Submitted

RATE = RateLimit(slot_size=3, interval=5 * SECOND, linger=0, longest_pause=60 * SECOND)
ATTEMPTS = 2
REFUSED = Answer(error="HTTP 401", status=401, refused=True)
THROTTLED = Answer(error="HTTP 429", status=429, retryable=True, pause=30 * SECOND)


def submitted(
    name: int, ids: Sequence[int], priority: Priority = Priority.MEDIUM, reply: Reply = Reply.DONE
) -> Submitted:
    return Submitted(name, tuple(ids), priority, reply, name if reply is Reply.DONE else None)


def slot(at: float, *ids: int, answer: Answer | None = None) -> list[Note]:
    """Return the calls of a slot that opens at this second; each takes a second."""
    start = round(at * SECOND)
    return [Called(one, start, start + SECOND, answer or good(one, 1)) for one in ids]


def cut(at: float, *ids: int) -> list[Note]:
    """Return calls without an answer, and the kill."""
    start = round(at * SECOND)
    return [*(Called(one, start) for one in ids), Killed(start), Started(start + SECOND)]


def looked(name: int, *batches: str, ended: Sequence[int] = (), answer: Answer | None = None) -> Looked:
    """Return what a client sees: the batches by the first letters of their statuses, and the ids that ended."""
    statuses = tuple(next(one for one in Status if one.startswith(start)) for start in batches)
    is_over = set(statuses) == {Status.COMPLETED, Status.CANCELLED}
    mixed = Status.CANCELLED if is_over else Status.TRIGGERED
    whole = statuses[0] if len(set(statuses)) == 1 else mixed
    answers = [(one, answer or good(one, 1)) for one in ended]
    return Looked(name, whole, statuses, tuple((one, got.result, got.error) for one, got in answers))


def names_of(*notes: Note) -> set[str]:
    """Return the names of the laws that are broken."""
    found = broken(Notes(RATE, 3, ATTEMPTS, SECOND, list(notes)))
    return {sentence.partition(":")[0] for sentence in found}
