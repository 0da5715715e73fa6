"""The service itself: its health, its dispatcher and its backlog."""

from msgspec import Struct

from ingestctl.models.response import Priority, Response, Time


class QueueDepth(Struct, frozen=True):
    """Waiting ingestions, batches and ids of one priority."""

    ingestions: int
    batches: int
    ids: int


class Limit(Struct, frozen=True):
    """At most `ids` starts in any `seconds`; `used` of them did lately, and the next seat comes free at a time."""

    ids: int
    seconds: float
    used: int
    left: int
    next_free_at: Time | None


class Replica(Struct, frozen=True):
    """A process of the service that shares its database with others, and when it was seen last."""

    name: str
    seen_at: Time


class Dispatcher(Response, frozen=True):
    """State of the dispatcher, the backlog by priority, the limits, and the replicas.

    There are no replicas where one process works alone.
    `paused_at` is the time of an operator's pause; `probing` is true while it tests whether the upstream is back.
    """

    state: str
    paused_at: Time | None
    upstream_paused_until: Time | None
    probing: bool
    next_slot_at: Time | None
    backlog: dict[Priority, QueueDepth]
    limits: tuple[Limit, ...] = ()
    replicas: tuple[Replica, ...] = ()


class Health(Response, frozen=True):
    """Health of the service in one word, and its version if it says so."""

    status: str
    version: str | None = None
