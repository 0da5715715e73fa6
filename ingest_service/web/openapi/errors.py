"""The models of errors, in both of their forms."""

from typing import Literal

from pydantic import Field

from ingest_service.web.http.fields import Told


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
