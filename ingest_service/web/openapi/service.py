"""The answers about the service itself, and its errors."""

from typing import Literal

from pydantic import Field

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


class Error(Told):
    """What is wrong, and sentences for every field that is."""

    error: str
    details: dict[str, list[str]] = Field(default_factory=dict)


class Problem(Error):
    """The same as problem details (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    instance: str = Field(default_factory=str, json_schema_extra={"format": "uri-reference"})
