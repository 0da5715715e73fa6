"""The times of the replicas in a chaos run: much shorter than those of the product, so that much happens."""

from ingest_service.clock import NANOSECONDS

INTERVAL = 3 * NANOSECONDS // 10
GUARD = NANOSECONDS // 50
GRANT = 3 * NANOSECONDS // 10
TIMEOUT = NANOSECONDS // 2
POLL = NANOSECONDS // 10
# Time after which a slot that is left open is lost, since another replica saw it.
UNTIL_LOST = GRANT + max(TIMEOUT, INTERVAL + GUARD)
# A transaction that waits for the gate gives up after this time, and ends the one that holds it.
LOCK_TIMEOUT = 2 * NANOSECONDS


def seconds(time: int) -> str:
    """Return a time as a setting."""
    return str(time / NANOSECONDS)
