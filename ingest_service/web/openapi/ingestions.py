"""The answers about ingestions."""

from uuid import UUID

from pydantic import Field

from ingest_service.web.http.fields import Count, Number, PriorityName, StatusName, Time, Told


class BatchCounts(Told):
    """How many batches there are of each status; `cancelled` is there only if somebody cancelled."""

    yet_to_start: Count
    triggered: Count
    completed: Count
    cancelled: Count = 0


class Ahead(Told):
    """What goes first."""

    ingestions: Count
    batches: Count


class Why(Told):
    """What stands between an ingestion and its next slot."""

    ahead: dict[PriorityName, Ahead]
    paused_until: Time | None
    paused_by_operator: bool
    next_at: Time | None
    text: str


class Deadline(Told):
    """When all is to be completed, and whether it will be as things stand."""

    at: Time
    holds: bool


class Slip(Told):
    """Something that made the expected end later."""

    at: Time
    slots: int
    seconds: float
    text: str


class Ingestion(Told):
    """An ingestion in full: times that lie ahead are estimates, those that lie behind are facts."""

    ingestion_id: UUID
    status: StatusName
    priority: PriorityName
    created_at: Time
    ids: Number
    batches: BatchCounts
    failed: Count
    slots_used: Count
    starts_at: Time | None
    completes_at: Time | None
    position: Count | None
    why: Why
    deadline: Deadline | None
    slips: list[Slip] = Field(max_length=20)


class Listed(Told):
    """An ingestion in short."""

    ingestion_id: UUID
    status: StatusName
    priority: PriorityName
    created_at: Time
    ids: Number
    batches: BatchCounts
    failed: Count
    deadline: Time | None


class Ingestions(Told):
    """A page of ingestions, newest first; `next_after` leads to the next page."""

    ingestions: list[Listed]
    next_after: str | None
