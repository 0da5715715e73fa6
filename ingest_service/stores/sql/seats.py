"""The seats of slots and what came of them, read from the ledger."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import CANCELLED, SlotRecord
from ingest_service.domain.model import Priority
from ingest_service.domain.seats import Fate, Fill, MinuteTally, Seat, SeatedSlot
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import in_list

_MINUTE = 60 * NANOSECONDS
_OF_SAME_ID = "other.sequence = calls.sequence AND other.position = calls.position AND other.slot"
_ATTEMPT = f"(SELECT count(*) FROM calls AS other WHERE {_OF_SAME_ID} <= calls.slot)"
# An id that was called once more, or was to be when its ingestion was cancelled, had not ended with this call.
_CALLED_LATER = f"EXISTS (SELECT 1 FROM calls AS other WHERE {_OF_SAME_ID} > calls.slot)"
_HAS_OUTCOME = f"outcomes.attempts IS NOT NULL AND coalesce(outcomes.error, '') <> '{CANCELLED}'"
_ENDED = f"({_HAS_OUTCOME} AND NOT {_CALLED_LATER})"
_JOIN_OUTCOMES = "LEFT JOIN outcomes USING (sequence, position)"
_CALLS = (
    f"SELECT number, opened_at, lag, {_ENDED} AS ended, outcomes.error IS NOT NULL AS failed, "
    f"closed_at IS NULL AND number = (SELECT max(number) FROM slots) AS open "
    f"FROM slots JOIN calls ON slot = number {_JOIN_OUTCOMES} "
    "WHERE number >= ? AND number > (SELECT max(number) FROM slots) - ?"
)


def read_seats(connection: Connection, slots: Sequence[SlotRecord]) -> tuple[SeatedSlot, ...]:
    """Read the seats of the last slots, which are given the latest first."""
    if not slots:
        return ()
    numbers = [slot.number for slot in slots]
    lags = dict(connection.execute(f"SELECT number, lag FROM slots WHERE number IN {in_list(numbers)}", numbers))
    rows = connection.execute(
        f"SELECT slot, id, position / batch_size, calls.record_id, ingestions.priority, {_ATTEMPT}, {_ENDED}, "
        f"outcomes.error IS NOT NULL FROM calls JOIN ingestions USING (sequence) {_JOIN_OUTCOMES} "
        f"WHERE slot IN {in_list(numbers)} ORDER BY slot, place, ingestions.priority, sequence, position",
        numbers,
    )
    is_open = {slots[0].number} if slots[0].closed_at is None else set()
    seats = defaultdict(list)
    for number, ingestion_id, batch, record_id, priority, attempt, ended, failed in rows:
        fate = _fate(ended, failed, number in is_open)
        seat = Seat(UUID(bytes=ingestion_id), batch, record_id, Priority(priority), attempt, fate)
        seats[number].append(seat)
    return tuple(SeatedSlot(slot, lags[slot.number], tuple(seats[slot.number])) for slot in slots)


def read_fill(connection: Connection, slots: int) -> Fill:
    """Count the ids of the last slots."""
    return Fill(
        *connection.execute(
            "SELECT count(DISTINCT slot), count(*) FROM calls "
            "WHERE slot IN (SELECT number FROM slots ORDER BY number DESC LIMIT ?)",
            [slots],
        ).fetchone()
    )


def read_minutes(connection: Connection, first_slot: int, most_slots: int) -> tuple[MinuteTally, ...]:
    """Count what came of the calls in each minute, from this slot on, but of the last `most_slots` only."""
    rows = connection.execute(
        f"SELECT opened_at / {_MINUTE} AS minute, min(number), count(DISTINCT number), count(*), "
        "sum(CASE WHEN ended AND NOT failed THEN 1 ELSE 0 END), "
        "sum(CASE WHEN ended AND failed THEN 1 ELSE 0 END), "
        "sum(CASE WHEN ended OR open THEN 0 ELSE 1 END), max(lag) "
        f"FROM ({_CALLS}) AS called GROUP BY minute ORDER BY minute",
        [first_slot, most_slots],
    )
    return tuple(MinuteTally(minute * _MINUTE, *counts) for minute, *counts in rows)


def _fate(ended: bool, failed: bool, is_open: bool) -> Fate:
    if ended:
        return Fate.FAILED if failed else Fate.DONE
    return Fate.CALLING if is_open else Fate.AGAIN
