"""The answers about what came of an ingestion."""

from uuid import UUID

from pydantic import JsonValue

from ingest_service.web.http.fields import Count, RecordId, StatusName, Time, Told


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
