"""The answers about ingestions."""

from uuid import UUID

from pydantic import Field, JsonValue

from ingest_service.web.http.fields import Count, Number, PriorityName, RecordId, StatusName, Time, Told


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


class Batch(Told):
    """A batch; the start of one that waits is an estimate."""

    batch_id: UUID
    number: Count
    ids: list[RecordId]
    status: StatusName
    attempts: Count
    started_at: Time | None
    finished_at: Time | None


class Batches(Told):
    """A page of the batches of an ingestion; `next_after` leads to the next page."""

    ingestion_id: UUID
    batches: list[Batch]
    next_after: Count | None


class Result(Told):
    """What the upstream answered for an id, as it was given."""

    id: RecordId
    result: JsonValue


class Failure(Told):
    """Why there is no result for an id."""

    id: RecordId
    error: str
    attempts: Count
    last_status: int | None


class Results(Told):
    """A page of what came of the ids, in their order; `next_after` leads to the next page."""

    ingestion_id: UUID
    results: list[Result | Failure]
    next_after: Count | None
