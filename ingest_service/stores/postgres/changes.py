"""The changes of what waits, which every replica follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest_service.domain.entry import Place
from ingest_service.domain.model import Priority
from ingest_service.slippage.cause import Cause
from ingest_service.stores.sql.database import Connection


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the waiting ids of an ingestion (None: of none), which adds `ids` to those that wait.

    `cause` is the sentence about the ends that it moves, None if it moves none: those behind the place of
    (priority, sequence), or without a priority all of them by `delay` nanoseconds.
    """

    sequence: int | None = None
    ids: int = 0
    priority: Priority | None = None
    cause: str | None = None
    delay: int = 0


class PendingQuery:
    """The number of ids that wait, asked for in a pipeline."""

    def __init__(self, connection: Connection) -> None:
        self._row = connection.execute("SELECT pending FROM changes ORDER BY version DESC LIMIT 1")

    def result(self) -> int:
        """Return it, after the pipeline has ended."""
        row = self._row.fetchone()
        return 0 if row is None else int(row[0])


def insert_changes(connection: Connection, changes: Sequence[Change], pending: int) -> None:
    """Write changes behind one another; `pending` ids waited before them."""
    totals = []
    for change in changes:
        pending += change.ids
        totals.append(pending)
    connection.execute(
        "INSERT INTO changes (at, sequence, priority, cause, delay, pending) "
        "SELECT wall_clock(), sequence, priority, cause, delay, pending "
        "FROM unnest(?::bigint[], ?::smallint[], ?::text[], ?::bigint[], ?::bigint[]) "
        "WITH ORDINALITY AS new (sequence, priority, cause, delay, pending, n) ORDER BY n",
        [
            [change.sequence for change in changes],
            [change.priority for change in changes],
            [change.cause for change in changes],
            [change.delay for change in changes],
            totals,
        ],
    )


@dataclass(frozen=True, slots=True)
class ChangesRead:
    """The changes after a version: the ingestions whose waiting ids changed, and the causes in their order.

    `sequences` is None where it is not certain that none of them is gone.
    """

    sequences: set[int] | None
    causes: list[Cause]


def read_changes(connection: Connection, after: int) -> ChangesRead | None:
    """Read the changes after this version, None where some of them are gone already."""
    rows = connection.execute(
        "SELECT version, sequence, priority, cause, delay FROM changes WHERE version >= ? ORDER BY version",
        [after],
    ).fetchall()
    if after == 0:
        # There was none before the first one that would prove that it is the first one.
        return ChangesRead(None, _causes(rows))
    if not rows or rows[0][0] != after:
        return None
    sequences = {sequence for _, sequence, *_ in rows[1:] if sequence is not None}
    return ChangesRead(sequences, _causes(rows[1:]))


def _causes(rows: Sequence[Any]) -> list[Cause]:
    return [
        Cause(cause, None if priority is None else _place(priority, sequence), delay)
        for _, sequence, priority, cause, delay in rows
        if cause is not None
    ]


def _place(priority: int, sequence: int) -> Place:
    return priority, sequence
