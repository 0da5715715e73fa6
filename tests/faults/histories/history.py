"""The history of a run: every operation of every client, with its begin, its end and its answer."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from ingest_service.domain.model import Status

# The end of an operation that was not answered, so that it may be done at any time, or never.
NEVER = 2**62


class Kind(StrEnum):
    """The kind of an operation."""

    SUBMIT = "submit"
    STATUS = "status"
    CANCEL = "cancel"
    REPRIORITISE = "reprioritise"


@dataclass(frozen=True)
class Operation:
    """An operation on the submission `name`; monotonic nanoseconds.

    `code` is that of the answer; None: it is not known whether it was done. `batches` are the statuses that were
    read, `ingestion_id` is what stands for the submission by the answer to it.
    """

    kind: Kind
    name: int
    begin: int
    end: int = NEVER
    code: int | None = None
    batches: tuple[Status, ...] = ()
    ingestion_id: str = ""

    @property
    def is_done(self) -> bool:
        """True if it was answered with 200."""
        return self.code == 200


@dataclass
class History:
    """The operations of a run, the ids of each submission by its name, and when a process was killed.

    Any thread may add to it.
    """

    batch_size: int = 3
    operations: list[Operation] = field(default_factory=list)
    ids: dict[int, tuple[int, ...]] = field(default_factory=dict)
    kills: list[int] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def name(self, ids: tuple[int, ...]) -> int:
        """Name a submission of these ids that is about to be sent."""
        with self._lock:
            self.ids[len(self.ids)] = ids
            return len(self.ids) - 1

    def add(self, operation: Operation) -> None:
        """Add an operation that has ended, or will never be answered."""
        self.operations.append(operation)

    def batch_count(self, name: int) -> int:
        """Return the number of batches of a submission."""
        return -(-len(self.ids[name]) // self.batch_size)

    def by_name(self) -> Mapping[int, list[Operation]]:
        """Return the operations on each submission, in the order in which they began."""
        found: dict[int, list[Operation]] = defaultdict(list)
        for operation in sorted(self.operations, key=lambda one: one.begin):
            found[operation.name].append(operation)
        return found

    def accepted(self) -> set[int]:
        """Return the names of the submissions that were answered with 200."""
        return {one.name for one in self.operations if one.kind is Kind.SUBMIT and one.is_done}

    def maybe_accepted(self) -> set[int]:
        """Return the names of the submissions that were accepted, or may have been."""
        return {one.name for one in self.operations if one.kind is Kind.SUBMIT and one.code in (None, 200)}

    def maybe_cancelled(self) -> set[int]:
        """Return the names of the submissions that were cancelled, or may have been."""
        return {one.name for one in self.operations if one.kind is Kind.CANCEL and one.code in (None, 200)}
