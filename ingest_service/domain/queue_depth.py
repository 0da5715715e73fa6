"""The depth of a queue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Ingestions, batches and ids of one priority that wait; a batch that waits in two parts counts twice."""

    ingestions: int
    batches: int
    ids: int
