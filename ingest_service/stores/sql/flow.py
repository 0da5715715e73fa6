"""The ids that came and those that were cancelled, minute by minute."""

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.flow import MinuteFlow
from ingest_service.domain.ledger import CANCELLED
from ingest_service.stores.sql.database import Connection
from ingest_service.stores.sql.rows import ID_COUNT

_MINUTE = 60 * NANOSECONDS
_ACCEPTED = (
    f"SELECT created_at / {_MINUTE} AS minute, {ID_COUNT} AS accepted, 0 AS cancelled "
    "FROM ingestions WHERE created_at >= ?"
)
# Ids of a batch that was released in part, and those that were to be called again, have an outcome that says so.
_BEGUN = (
    "(SELECT count(*) FROM outcomes INDEXED BY failed_outcomes "
    "WHERE outcomes.sequence = cancellations.sequence AND error IS NOT NULL AND error = ?)"
)
_CANCELLED = (
    f"SELECT cancelled_at / {_MINUTE}, 0, {ID_COUNT} - released + {_BEGUN} "
    "FROM cancellations CROSS JOIN ingestions USING (sequence) WHERE cancelled_at >= ?"
)


def read_flows(connection: Connection, since: int) -> tuple[MinuteFlow, ...]:
    """Count the ids of each minute in which some came or were cancelled, from a time on (wall clock)."""
    rows = connection.execute(
        f"SELECT minute, sum(accepted), sum(cancelled) FROM ({_ACCEPTED} UNION ALL {_CANCELLED}) AS flows "
        "GROUP BY minute ORDER BY minute",
        [since, CANCELLED, since],
    )
    return tuple(MinuteFlow(minute * _MINUTE, int(came), int(went)) for minute, came, went in rows)
