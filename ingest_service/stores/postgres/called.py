"""The slots of all replicas as one of them counts them for quotas."""

from collections import deque
from typing import NamedTuple
from uuid import UUID

from ingest_service.domain.rate import RateLimit
from ingest_service.domain.usage import CalledSlot, Usage, UsageLog, each_before_the_next
from ingest_service.stores.postgres.state import SlotState
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.links import LAST_SLOT

# A failover that loses more slots than this is found to have lost these.
_REMEMBERED = 1000
_PAGE = 1000
# A lost slot may have called until it was found, and one that is open still may.
_SLOTS = """
SELECT number, owner, closed_at - CASE WHEN how = 'closed' THEN age ELSE 0 END,
    CASE WHEN how = 'uncalled' THEN 0 ELSE (SELECT count(*) FROM calls WHERE slot = number) END
FROM slots
"""


class _Row(NamedTuple):
    """A slot: its last call started at `started` (wall clock of the database) at the latest, None: it is open."""

    number: int
    owner: UUID
    started: int | None
    ids: int


class CalledSlots:
    """Follows the slots in the database. One thread at a time.

    A slot is noted on the monotonic clock of this replica when it is seen first, so that a later jump of the clock
    of the database changes nothing; at a start, the times in the database count.
    """

    def __init__(self, rate: RateLimit) -> None:
        self._rate = rate
        self._most_ids = max(limit.ids for limit in rate.limits)
        self._log = UsageLog(rate)
        self._known: deque[_Row] = deque(maxlen=_REMEMBERED)
        self._timeline = ""
        self._offset: int | None = None

    @property
    def usage(self) -> Usage:
        """All that quotas count, as far as it was followed."""
        return self._log.usage

    def follow(self, connection: Connection, state: SlotState, at: int) -> None:
        """Note what is new about the slots; the state was known at `at` (monotonic)."""
        offset = state.wall - at
        last = self._known[-1] if self._known else None
        if last is None or state.slot.timeline != self._timeline or state.slot.number < last.number:
            self._read_anew(connection, state, at)
        elif state.slot.number > last.number or (last.started is None and state.slot.is_closed):
            # The clock may have been set since the last look: the later of both times counts.
            self._read_on(connection, last, at, offset if self._offset is None else min(offset, self._offset))
        self._timeline, self._offset = state.slot.timeline, offset

    def _read_on(self, connection: Connection, last: _Row, at: int, offset: int) -> None:
        rows = connection.execute(f"{_SLOTS} WHERE number >= ? ORDER BY number", [last.number]).fetchall()
        for row in map(_Row._make, rows):
            started = _start(row, at, offset)
            if row.number > last.number:
                self._log.note(CalledSlot(started, row.ids))
                self._known.append(row)
            elif last.started is None and row.started is not None:
                self._log.close(started, row.ids)
                self._known[-1] = row

    def _read_anew(self, connection: Connection, state: SlotState, at: int) -> None:
        """Count what the database has, and besides what this replica saw there and is gone."""
        rows = self._last_rows(connection)
        times = each_before_the_next([_start(row, at, state.wall - at) for row in rows])
        called = [CalledSlot(time, row.ids) for time, row in zip(times, rows, strict=True)]
        kept = {(row.number, row.owner) for row in rows}
        first = rows[0].number if rows else 0
        gone = sum(r.ids for r in self._known if r.number >= first and (r.number, r.owner) not in kept)
        if gone:
            called.append(CalledSlot(at, gone))
        self._log = UsageLog(self._rate, called)
        self._known = deque(rows[-_REMEMBERED:], maxlen=_REMEMBERED)

    def _last_rows(self, connection: Connection) -> list[_Row]:
        """Read the last slots in their order, as many as have enough ids together."""
        rows: list[_Row] = []
        before, left = LAST_SLOT, self._most_ids
        while left > 0:
            page = connection.execute(
                f"{_SLOTS} WHERE number < ? ORDER BY number DESC LIMIT ?", [before, _PAGE]
            ).fetchall()
            rows += map(_Row._make, page)
            if len(page) < _PAGE:
                break
            before, left = rows[-1].number, self._most_ids - sum(row.ids for row in rows)
        return rows[::-1]


def _start(row: _Row, at: int, offset: int) -> int:
    """Return the latest time at which the last call of a slot can have started, on the clock of this replica."""
    return at if row.started is None else min(at, row.started - offset)
