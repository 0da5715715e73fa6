"""The answers about the service itself."""

from typing import Literal

from ingest_service.web.http.fields import Count, PriorityName, Time, Told


class Waiting(Told):
    """How much of a priority waits."""

    ingestions: Count
    batches: Count
    ids: Count


class Dispatcher(Told):
    """What opens the slots."""

    state: Literal["running", "paused"]
    paused_at: Time | None
    upstream_paused_until: Time | None
    probing: bool
    next_slot_at: Time | None
    backlog: dict[PriorityName, Waiting]


class Health(Told):
    """The service runs."""

    status: Literal["ok"]
    version: str


class Ready(Told):
    """Submissions can be taken and released."""

    status: Literal["ready"]
