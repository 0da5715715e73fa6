"""The state of the slots in the database at one moment."""

from dataclasses import dataclass
from typing import Any

from ingest_service.dispatch.circuit_breaker import SLOTS_OF_AN_OUTAGE
from ingest_service.domain.refusals import SLOTS_OF_REFUSAL
from ingest_service.stores.postgres.replicas import LATELY, Replica
from ingest_service.stores.postgres.sight import SeenSlot, SlotTimes
from ingest_service.stores.sql.database import Connection

# Lags and durations are taken from this many slots.
_LATEST = 8
# Its parameter is the replica that asks.
_STATE = f"""
SELECT coalesce(number, 0), owner, closed_at IS NOT NULL OR number IS NULL, coalesce(age, 0),
    coalesce(call_grant, 0), coalesce(call_timeout, 0), coalesce(slot_interval, 0), timeline(),
    wall_clock(), coalesce(age + wall_clock() - closed_at, wall_clock() - opened_at, 0),
    (SELECT at FROM operator_pause),
    coalesce(until, 0), coalesce(length, 0), coalesce(version, 0), coalesce(pending, 0),
    (SELECT count(*) = {SLOTS_OF_AN_OUTAGE} AND bool_and(failed) FROM
        (SELECT failed FROM slots WHERE how = 'closed' ORDER BY number DESC LIMIT {SLOTS_OF_AN_OUTAGE}) AS latest),
    (SELECT refusals >= {SLOTS_OF_REFUSAL} FROM slots WHERE how = 'closed' ORDER BY number DESC LIMIT 1),
    (SELECT took FROM slots WHERE how = 'closed' ORDER BY number DESC LIMIT 1),
    (SELECT avg(lag)::bigint FROM
        (SELECT lag FROM slots WHERE how = 'closed' ORDER BY number DESC LIMIT {_LATEST}) AS latest),
    EXISTS (SELECT FROM replicas WHERE owner <> ? AND seen_at > wall_clock() - {LATELY}),
    (SELECT coalesce(max(slot_interval), 0) FROM replicas WHERE seen_at > wall_clock() - {LATELY})
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (SELECT * FROM slots ORDER BY number DESC LIMIT 1) AS last_slot ON true
LEFT JOIN LATERAL (SELECT version, pending FROM changes ORDER BY version DESC LIMIT 1) AS last_change ON true
LEFT JOIN pause ON true
"""


@dataclass(frozen=True, slots=True)
class SlotState:
    """The last slot, and what else decides when the next one opens, at one moment of the database.

    `wall` is that moment on the wall clock of the database, `started_ago` the time since the last call of the last
    slot started, as far as the database knows. `paused_until` is the end of the last pause that the upstream asked
    for (0: never), which was `pause_length` long. `version` is the last change that is part of it, `pending` the
    ids that wait. While the upstream fails wholly (`failing`), or refuses the credentials (`refused`), the next
    slot is a probe. `took` is the time that the calls of the last closed slot took, `lag` that from when a slot
    may open until its last call starts. `has_others` says that other replicas were seen lately, and
    `longest_interval` is that of all of them.
    """

    slot: SeenSlot
    wall: int
    started_ago: int
    paused_at: int | None
    paused_until: int
    pause_length: int
    version: int
    pending: int
    failing: bool
    refused: bool
    took: int
    lag: int
    has_others: bool
    longest_interval: int

    @property
    def probing(self) -> bool:
        """True if the next slot is a probe."""
        return self.failing or self.refused

    @property
    def pause_left(self) -> int:
        """Time that is left of the upstream's pause: never more than it was long, if the clock was set back."""
        return max(0, min(self.pause_length, self.paused_until - self.wall))


class StateQuery:
    """The state of the slots as a replica asks for it, also in a pipeline."""

    def __init__(self, connection: Connection, replica: Replica) -> None:
        self._row = connection.execute(_STATE, [replica.owner])

    def result(self) -> SlotState:
        """Return the state, after a pipeline has ended."""
        return _slot_state(self._row.fetchone())


def _slot_state(row: Any) -> SlotState:
    number, owner, is_closed, age, grant, timeout, interval, timeline, wall, started_ago, *rest = row
    paused_at, until, length, version, pending, failing, refused, took, lag, has_others, longest = rest
    return SlotState(
        slot=SeenSlot(number, owner, is_closed, age, SlotTimes(grant, timeout, interval), timeline),
        wall=wall,
        started_ago=started_ago,
        paused_at=paused_at,
        paused_until=until,
        pause_length=length,
        version=version,
        pending=pending,
        failing=bool(failing),
        refused=bool(refused),
        took=took or 0,
        lag=lag or 0,
        has_others=has_others,
        longest_interval=longest,
    )
