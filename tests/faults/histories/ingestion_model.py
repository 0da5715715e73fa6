"""One ingestion as a state machine: what each operation does to it, and what may be answered.

The service itself releases and completes batches at moments that no client knows. So a state has what was read of
each batch last, and a later reading may be further.
"""

from dataclasses import dataclass

from ingest_service.domain.model import Status
from tests.faults.histories.history import Kind, Operation

YET, TRIGGERED, COMPLETED, CANCELLED = Status
_AFTER = {
    YET: {YET, TRIGGERED, COMPLETED},
    TRIGGERED: {TRIGGERED, COMPLETED},
    COMPLETED: {COMPLETED},
    CANCELLED: {CANCELLED},
}


@dataclass(frozen=True)
class State:
    """An ingestion that was accepted. Once it is cancelled, what was yet to start is cancelled or was released."""

    batches: tuple[Status, ...]
    is_cancelled: bool = False

    @property
    def is_completed(self) -> bool:
        """True if every batch is known to be completed."""
        return all(batch is COMPLETED for batch in self.batches)


def step(state: State | None, operation: Operation, batch_count: int) -> State | bool | None:
    """Return the state after an operation; None: there is no ingestion yet. False: it cannot be answered so.

    An operation without an answer does what it would do with the answer 200.
    """
    if operation.kind is Kind.SUBMIT:
        return state or State((YET,) * batch_count)
    if state is None:
        return None if operation.code == 404 else False
    if operation.code == 404:
        return False
    if operation.kind is Kind.STATUS:
        return _read(state, operation.batches)
    return _cancel(state, operation) if operation.kind is Kind.CANCEL else _reprioritise(state, operation)


def _read(state: State, seen: tuple[Status, ...]) -> State | bool:
    if len(seen) != len(state.batches) or not _is_released_in_order(seen):
        return False
    may_follow = (new in _after(state, old) for old, new in zip(state.batches, seen, strict=True))
    return State(seen, state.is_cancelled) if all(may_follow) else False


def _after(state: State, batch: Status) -> set[Status]:
    if batch is YET and state.is_cancelled:
        return {TRIGGERED, COMPLETED, CANCELLED}
    return _AFTER[batch]


def _is_released_in_order(batches: tuple[Status, ...]) -> bool:
    """Return whether nothing follows a batch that was not released."""
    waits = [batch in (YET, CANCELLED) for batch in batches]
    return waits == sorted(waits)


def _cancel(state: State, operation: Operation) -> State | bool:
    if operation.code == 409:
        return _completed(state)
    return False if state.is_completed else State(state.batches, is_cancelled=True)


def _reprioritise(state: State, operation: Operation) -> State | bool:
    if operation.code == 409:
        return state if state.is_cancelled else _completed(state)
    return False if state.is_cancelled or state.is_completed else state


def _completed(state: State) -> State | bool:
    """Return the state once all its batches are completed; False if some never will be."""
    if CANCELLED in state.batches:
        return False
    return State((COMPLETED,) * len(state.batches), state.is_cancelled)
