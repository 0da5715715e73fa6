"""A search for one order of operations that explains all answers, after Wing and Gong, and Lowe.

Each operation takes effect at one moment between its begin and its end. What was not answered took effect at any
moment after its begin, or never.
"""

from collections.abc import Iterator, Mapping, Sequence

from tests.faults.histories.history import NEVER, History, Kind, Operation
from tests.faults.histories.ingestion_model import State, step


def unexplained(history: History) -> Mapping[int, list[Operation]]:
    """Return the operations on those submissions for which there is no such order, by the names of these."""
    return {
        name: operations
        for name, operations in history.by_name().items()
        if not is_linearizable(operations, history.batch_count(name))
    }


def is_linearizable(operations: Sequence[Operation], batch_count: int) -> bool:
    """Return whether the answers to the operations on one submission are explained by some order."""
    search = _Search([one for one in operations if _tells_something(one)], batch_count)
    return search.succeeds()


def backwards(history: History) -> list[tuple[Operation, Operation]]:
    """Return pairs of readings, the second begun after the end of the first, in which a status went back."""
    found = []
    for operations in history.by_name().values():
        readings = [one for one in operations if one.kind is Kind.STATUS and one.is_done]
        for later in readings:
            before = max((one for one in readings if one.end < later.begin), key=lambda one: one.end, default=None)
            if before is not None and _goes_back(before, later):
                found.append((before, later))
    return found


def _goes_back(before: Operation, later: Operation) -> bool:
    order = list(type(before.batches[0]))
    return any(order.index(new) < order.index(old) for old, new in zip(before.batches, later.batches, strict=True))


def _tells_something(operation: Operation) -> bool:
    """Return whether an operation has an effect on a status, or an answer that depends on it."""
    if operation.kind is Kind.SUBMIT:
        return operation.code in (None, 200)
    return operation.kind is Kind.CANCEL if operation.code is None else operation.code in (200, 404, 409)


class _Search:
    """Takes operations one after the other, each that may be the next; those taken are the bits of a number."""

    def __init__(self, operations: Sequence[Operation], batch_count: int) -> None:
        self._operations = sorted(operations, key=lambda one: one.begin)
        self._batch_count = batch_count
        self._answered = sum(1 << number for number, one in enumerate(self._operations) if one.code is not None)

    def succeeds(self) -> bool:
        """Return whether all that was answered can be taken."""
        seen: set[tuple[int, State | None]] = set()
        waiting: list[tuple[int, State | None]] = [(0, None)]
        while waiting:
            taken, state = waiting.pop()
            if taken & self._answered == self._answered:
                return True
            if (taken, state) not in seen:
                seen.add((taken, state))
                waiting.extend(self._next(taken, state))
        return False

    def _next(self, taken: int, state: State | None) -> Iterator[tuple[int, State | None]]:
        """Yield what may follow; the operation that ended first comes last, and so is tried first.

        An operation whose answer fits, and that changes nothing, may as well be taken now: then it comes alone.
        """
        found = []
        for number in sorted(self._candidates(taken), key=lambda one: -self._operations[one].end):
            after = step(state, self._operations[number], self._batch_count)
            if isinstance(after, bool):
                continue
            if after != state:
                found.append((taken | 1 << number, after))
            elif self._answered >> number & 1:
                return iter([(taken | 1 << number, state)])
        return iter(found)

    def _candidates(self, taken: int) -> Iterator[int]:
        """Yield the operations that are not taken and began before any other of these had ended."""
        bound = NEVER
        first = (~taken & (taken + 1)).bit_length() - 1
        for number in range(first, len(self._operations)):
            if taken >> number & 1:
                continue
            operation = self._operations[number]
            if operation.begin > bound:
                return
            bound = min(bound, operation.end)
            yield number
