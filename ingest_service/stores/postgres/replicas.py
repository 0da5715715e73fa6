"""The replicas that share the database, as they were seen lately.

Of the rules of the rate only one depends on them, and it only makes waits longer: where intervals differ, as while
replicas are replaced by others with another setting, all keep to the longest one.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.ports.records import SeenReplica
from ingest_service.stores.sql.database import Connection, Database

_BETWEEN_BEATS = 2 * NANOSECONDS
# A replica that was seen in this time is one of those that run now.
LATELY = 3 * _BETWEEN_BEATS


# A replica that waits for the calls of its slot shows nothing of itself meanwhile.
_RUNNING = f"""
SELECT name, seen_at FROM replicas WHERE seen_at > wall_clock() - {LATELY}
    OR owner = (SELECT owner FROM slots WHERE number = (SELECT max(number) FROM slots) AND closed_at IS NULL)
ORDER BY name, seen_at
"""


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of the service. Its slots belong to `owner`, which no other process ever has."""

    name: str
    owner: UUID = field(default_factory=uuid4)


class Heartbeat:
    """Shows now and then that a replica runs. One thread; blocks on the database, and raises StoreError."""

    def __init__(self, database: Database, replica: Replica, interval: int, clock: Clock) -> None:
        self._database = database
        self._replica = replica
        self._interval = interval
        self._clock = clock
        self._next = 0

    def beat(self) -> None:
        """Show it, unless it was shown lately."""
        now = self._clock.now()
        if now >= self._next:
            self._database.write(self._note_seen)
            self._next = now + _BETWEEN_BEATS

    def _note_seen(self, connection: Connection) -> None:
        # Nothing depends on that it is kept, so it waits neither for the disk nor for a standby that is away.
        connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute(
            "INSERT INTO replicas (owner, name, slot_interval, seen_at) VALUES (?, ?, ?, wall_clock()) "
            "ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at",
            [self._replica.owner, self._replica.name, self._interval],
        )


def read_replicas(connection: Connection) -> list[SeenReplica]:
    """Read the replicas that were seen lately, and the one that has the open slot, by their names."""
    return [SeenReplica(name, seen_at) for name, seen_at in connection.execute(_RUNNING)]
