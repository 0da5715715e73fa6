"""The service itself: its health, its dispatcher and its backlog."""

from msgspec import Struct

from ingestctl.models.response import Priority, Response, Time


class QueueDepth(Struct, frozen=True):
    """Waiting ingestions, batches and ids of one priority."""

    ingestions: int
    batches: int
    ids: int


class Dispatcher(Response, frozen=True):
    """State of the dispatcher, and the backlog by priority.

    `paused_at` is the time of an operator's pause; `probing` is true while it tests whether the upstream is back.
    """

    state: str
    paused_at: Time | None
    upstream_paused_until: Time | None
    probing: bool
    next_slot_at: Time | None
    backlog: dict[Priority, QueueDepth]


class Health(Response, frozen=True):
    """Health of the service in one word, and its version if it says so."""

    status: str
    version: str | None = None
