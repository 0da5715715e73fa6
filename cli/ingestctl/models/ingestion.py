"""Ingestions, their batches and their results."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from msgspec import Struct, convert
from msgspec.structs import replace

from ingestctl.json_text import JsonObject, decode
from ingestctl.models.response import Priority, Response, Status, Time


class Accepted(Response, frozen=True):
    """An ingestion that the service accepted, with the number of its ids."""

    ingestion_id: str
    ids: int


class Batch(Struct, frozen=True):
    """Ids that are released together."""

    batch_id: str
    ids: tuple[int, ...]
    status: Status


class IngestionStatus(Struct, frozen=True):
    """An ingestion with every batch, but without times.

    `etag` names this state to the service; `retry_after` is the number of seconds that it asks the client to wait.
    """

    ingestion_id: str
    status: Status
    batches: tuple[Batch, ...]
    etag: str | None = None
    retry_after: int | None = None

    @property
    def completed(self) -> int:
        """Number of completed batches."""
        return sum(batch.status is Status.COMPLETED for batch in self.batches)

    @property
    def total(self) -> int:
        """Number of all batches."""
        return len(self.batches)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Decode the service's JSON; raises ValueError if it is something else."""
        return convert(body, cls)


class BatchCounts(Struct, frozen=True):
    """Number of batches with each status; older answers leave out `cancelled` where it is 0."""

    yet_to_start: int
    triggered: int
    completed: int
    cancelled: int = 0

    @property
    def total(self) -> int:
        """Number of all batches."""
        return sum(self.by_status().values())

    def by_status(self) -> dict[Status, int]:
        """Return the same numbers as a mapping."""
        return {status: getattr(self, status) for status in Status}


class Ahead(Struct, frozen=True):
    """Ingestions and batches of one priority that go first."""

    ingestions: int
    batches: int


class UsedUp(Struct, frozen=True):
    """Quota of `ids` in any `seconds` that is used up until a time, None while an operator's pause lasts."""

    ids: int
    seconds: float
    until: Time | None


class WaitReason(Struct, frozen=True):
    """Reason why an ingestion does not run earlier: what goes first, pauses, and the time of its next batch.

    `paused_until` is the end of a pause that the upstream asked for, and `quota` one that is used up. While an
    operator has paused the dispatcher, `next_at` is None.
    """

    ahead: dict[Priority, Ahead]
    paused_until: Time | None
    next_at: Time | None
    paused_by_operator: bool = False
    quota: UsedUp | None = None


class Deadline(Struct, frozen=True):
    """Time by which an ingestion must be completed; `holds` is false if it will not be, as things stand."""

    at: Time
    holds: bool


class Slip(Struct, frozen=True):
    """An event that moved the end of an ingestion, by a number of slots and of seconds.

    `cause` names the event; an older service has only `text`, a sentence with the cause, the numbers and the time.
    """

    at: Time
    slots: int
    seconds: float
    text: str
    cause: str | None = None


class IngestionCore(Response, frozen=True):
    """Fields common to the list and the detail; `ids` and `failed` are numbers of ids."""

    ingestion_id: str
    status: Status
    priority: Priority
    created_at: Time
    ids: int
    batches: BatchCounts
    failed: int

    @property
    def completed(self) -> int:
        """Number of completed batches."""
        return self.batches.completed

    @property
    def total(self) -> int:
        """Number of all batches."""
        return self.batches.total


class ListedIngestion(IngestionCore, frozen=True):
    """An ingestion in a list."""

    deadline: Time | None


class Ingestion(IngestionCore, frozen=True):
    """An ingestion in full: times in the future are expected, times in the past are facts.

    `position` is the number of slots that open before its next one, and `slips` has the latest first. `etag` and
    `retry_after` are as in IngestionStatus.
    """

    slots_used: int
    starts_at: Time | None
    completes_at: Time | None
    position: int | None
    why: WaitReason | None
    deadline: Deadline | None = None
    slips: tuple[Slip, ...] = ()
    etag: str | None = None
    retry_after: int | None = None


class TimedBatch(Response, frozen=True):
    """A batch with its number in the ingestion (from 0) and its times; `started_at` is expected while it waits."""

    batch_id: str
    number: int
    ids: tuple[int, ...]
    status: Status
    attempts: int | None
    started_at: Time | None
    finished_at: Time | None


class BatchPage(Struct, frozen=True):
    """Neighbouring batches; `next_after` is the number after which the next page begins, None on the last."""

    batches: tuple[TimedBatch, ...]
    next_after: int | None

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Decode the service's JSON; raises ValueError, TypeError or KeyError if it is something else."""
        return cls(tuple(map(TimedBatch.parse, body["batches"])), convert(body["next_after"], int | None))


class Result(Response, frozen=True, dict=True):
    """The upstream's JSON for one id as the service keeps it, `text`, or the `error` of an id that failed finally.

    `attempts` and `last_status` belong to an error; `last_status` is None if the last call got no answer.
    """

    id: int
    text: str = "null"
    error: str | None = None
    attempts: int | None = None
    last_status: int | None = None

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Decode the service's JSON but for the result; raises ValueError or TypeError if it is something else."""
        raw = body if isinstance(body, JsonObject) else JsonObject(json.dumps(body))
        if not {"result", "error"} & raw.members.keys():
            raise ValueError("neither a result nor an error")
        known = {name: raw[name] for name in ("id", "error", "attempts", "last_status") if name in raw}
        return replace(convert(known, cls), text=raw.members.get("result", "null"), raw=raw)

    @cached_property
    def result(self) -> Any:
        """The upstream's JSON, decoded at its first use; None with an error.

        Decimals are rounded to floats. Raises ValueError if there are too many levels or digits for Python.
        """
        return decode(self.text)
