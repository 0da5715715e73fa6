"""Writing the opening of a slot, and each of its ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from ingest_service.domain.chain import calls_hash, closing_link, opening_link
from ingest_service.domain.ledger import Outcome, Retry, Slot, Verdict
from ingest_service.domain.model import Batch, Priority
from ingest_service.stores.postgres.replicas import Replica
from ingest_service.stores.postgres.sight import SlotTimes
from ingest_service.stores.sql.database import Connection, Cursor
from ingest_service.stores.sql.outcomes import finish_if_done
from ingest_service.stores.sql.releasing import release_batch


@dataclass(frozen=True, slots=True)
class SlotEnd:
    """The end of a slot: `how` it ended, with the lengths in nanoseconds that the schema describes."""

    how: str
    age: int = 0
    took: int | None = None
    lag: int | None = None
    failed: bool | None = None


@dataclass(frozen=True, slots=True)
class WaitingId:
    """An id that is called again after `length` nanoseconds; it has had `attempts` calls."""

    ingestion_id: UUID
    priority: Priority
    sequence: int
    position: int
    attempts: int
    length: int = 0


class ReleaseState(NamedTuple):
    """Priority of an ingestion by now, and whether it has been cancelled."""

    priority: Priority
    cancelled: bool


class ReleaseStates:
    """The states of the ingestions of a slot, which may have changed while its ids were being called.

    Asked for in a pipeline.
    """

    def __init__(self, connection: Connection, slot: Slot) -> None:
        self._rows = connection.execute(
            "SELECT sequence, priority, cancelled_at IS NOT NULL FROM ingestions "
            "LEFT JOIN cancellations USING (sequence) WHERE sequence = ANY (?)",
            [[batch.sequence for batch in slot.batches]],
        )

    def result(self) -> dict[int, ReleaseState]:
        """Return the states by the sequences, after the pipeline has ended."""
        return {
            sequence: ReleaseState(Priority(priority), cancelled) for sequence, priority, cancelled in self._rows
        }


class OpenCalls:
    """The ids of an open slot, each with the attempts before it, asked for in a pipeline."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._rows = connection.execute(
            "SELECT id, ingestions.priority, sequence, position, calls.attempts FROM calls "
            "JOIN ingestions USING (sequence) WHERE slot = ? ORDER BY place",
            [number],
        )

    def result(self) -> list[WaitingId]:
        """Return them as ids that wait for no time, after the pipeline has ended."""
        return [WaitingId(UUID(bytes=row[0]), Priority(row[1]), *row[2:]) for row in self._rows]


def insert_slot(connection: Connection, slot: Slot, replica: Replica, times: SlotTimes, last_link: bytes) -> None:
    """Write down a slot and its calls, with its link, and release its batches."""
    lengths = (times.grant, times.timeout, times.interval)
    hash_of_calls = calls_hash(slot.calls())
    own_times = f"w {times.grant} {times.timeout} {times.interval}"
    link = opening_link(last_link, slot.number, slot.opened_at, replica.name, own_times, hash_of_calls)
    connection.execute(
        "INSERT INTO slots (number, owner, replica, opened_at, call_grant, call_timeout, slot_interval, "
        "calls_hash, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [slot.number, replica.owner, replica.name, slot.opened_at, *lengths, hash_of_calls, link],
    )
    for batch in slot.batches:
        release_batch(connection, batch)
    _insert_calls(connection, slot)


def mark_ended(connection: Connection, number: int, owner: UUID | None, end: SlotEnd) -> Cursor:
    """Mark an open slot of this owner as ended: no row is changed where another replica was faster.

    Its row has the time, and the link that the slot opened with (see `seal`).
    """
    return connection.execute(
        "UPDATE slots SET closed_at = wall_clock(), how = ?, age = ?, took = ?, lag = ?, failed = ? "
        "WHERE number = ? AND owner = ? AND closed_at IS NULL RETURNING closed_at, link",
        [end.how, end.age, end.took, end.lag, end.failed, number, owner],
    )


def seal(
    connection: Connection,
    number: int,
    end: SlotEnd,
    marked: tuple[int, bytes | None],
    fates: str | None = None,
    refusals: int = 0,
) -> None:
    """Write the link of a slot that was marked as ended, what came of its calls, and the refused slots in a row.

    A slot that an older program opened has no link.
    """
    closed_at, opening = marked
    link = opening and closing_link(opening, closed_at, f"w {end.how} {end.age}", end.lag, fates)
    connection.execute(
        "UPDATE slots SET fates = ?, refusals = ?, link = ? WHERE number = ?", [fates, refusals, link, number]
    )


def insert_pause(connection: Connection, length: int) -> None:
    """Write down a pause that the upstream asked for (0: none), unless a longer one lasts."""
    if length == 0:
        return
    connection.execute(
        "INSERT INTO pause (one, until, length) VALUES (1, wall_clock() + ?, ?) ON CONFLICT (one) "
        "DO UPDATE SET until = excluded.until, length = excluded.length WHERE pause.until < excluded.until",
        [length, length],
    )


def insert_verdicts(
    connection: Connection, slot: Slot, verdicts: Sequence[Verdict], again: Sequence[WaitingId]
) -> None:
    """Write the outcomes of a slot's ids, and those ids that are called again; a batch may be finished then."""
    _insert_outcomes(connection, slot, verdicts)
    for batch in slot.batches:
        ingestion = batch.ingestion
        finish_if_done(connection, batch.sequence, batch.number, ingestion.batch_size, ingestion.id_count)
    insert_waiting(connection, again)


def waiting_ids(
    slot: Slot, verdicts: Sequence[Verdict], states: dict[int, ReleaseState], now: int
) -> Iterator[WaitingId]:
    """Yield the ids of a slot that are called again, in the place that their ingestions have by now."""
    for batch, own in slot.by_batch(verdicts):
        ingestion_id, priority = batch.ingestion.id, states[batch.sequence].priority
        for position, verdict in zip(batch.positions, own, strict=True):
            if not isinstance(verdict, Outcome):
                yield WaitingId(ingestion_id, priority, batch.sequence, position, *_wait(batch, verdict, now))


def insert_waiting(connection: Connection, ids: Sequence[WaitingId]) -> None:
    """Let ids wait that are called again."""
    if not ids:
        return
    connection.execute(
        "INSERT INTO retries (sequence, position, priority, attempts, due_at, length) "
        "SELECT sequence, position, priority, attempts, wall + length, length FROM unnest("
        "?::bigint[], ?::integer[], ?::smallint[], ?::integer[], ?::bigint[]) "
        "AS waiting (sequence, position, priority, attempts, length), (SELECT wall_clock() AS wall) AS clock",
        [
            [one.sequence for one in ids],
            [one.position for one in ids],
            [one.priority for one in ids],
            [one.attempts for one in ids],
            [one.length for one in ids],
        ],
    )


def _insert_calls(connection: Connection, slot: Slot) -> None:
    """Write down the calls of a slot, in order, and let none of them wait any more."""
    places = [(batch, position) for batch in slot.batches for position in batch.positions]
    sequences = [batch.sequence for batch, _ in places]
    positions = [position for _, position in places]
    connection.execute(
        "INSERT INTO calls (slot, sequence, position, record_id, attempts, place) "
        "SELECT ?, sequence, position, record_id, attempts, place - 1 FROM unnest("
        "?::bigint[], ?::integer[], ?::integer[], ?::integer[]) "
        "WITH ORDINALITY AS called (sequence, position, record_id, attempts, place)",
        [slot.number, sequences, positions, list(slot.ids), [batch.attempts for batch, _ in places]],
    )
    connection.execute(
        "DELETE FROM retries USING unnest(?::bigint[], ?::integer[]) AS called (sequence, position) "
        "WHERE retries.sequence = called.sequence AND retries.position = called.position",
        [sequences, positions],
    )


def _insert_outcomes(connection: Connection, slot: Slot, verdicts: Sequence[Verdict]) -> None:
    """Write what came of ids in the end, unless that is written already; in `retries` they have no row now."""
    ended = [
        (batch.sequence, position, outcome)
        for batch, own in slot.by_batch(verdicts)
        for position, outcome in zip(batch.positions, own, strict=True)
        if isinstance(outcome, Outcome)
    ]
    outcomes = [outcome for _, _, outcome in ended]
    connection.execute(
        "INSERT INTO outcomes (sequence, position, record_id, result, error, attempts, last_status) "
        "SELECT * FROM unnest(?::bigint[], ?::integer[], ?::integer[], ?::text[], ?::text[], ?::integer[], "
        "?::integer[]) ON CONFLICT DO NOTHING",
        [
            [sequence for sequence, _, _ in ended],
            [position for _, position, _ in ended],
            [one.record_id for one in outcomes],
            [one.result for one in outcomes],
            [one.error for one in outcomes],
            [one.attempts for one in outcomes],
            [one.last_status for one in outcomes],
        ],
    )


def _wait(batch: Batch, verdict: Verdict, now: int) -> tuple[int, int]:
    """Return the attempts of an id that is called again, and how long it waits."""
    if isinstance(verdict, Retry):
        return verdict.attempts, max(0, verdict.due - now)
    return batch.attempts, 0
