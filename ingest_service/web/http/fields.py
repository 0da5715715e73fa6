"""The kinds of values that stand in answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID, Priority

Time = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        description="RFC 3339, in UTC, with milliseconds.",
        json_schema_extra={"format": "date-time"},
    ),
]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]
RecordId = Annotated[int, Field(ge=SMALLEST_ID, le=LARGEST_ID)]
PriorityName = Literal["HIGH", "MEDIUM", "LOW"]
ONE_PRIORITY = f"must be one of {', '.join(priority.name for priority in Priority)}"
StatusName = Literal["yet_to_start", "triggered", "completed", "cancelled"]


class Told(BaseModel):
    """Something that is told in an answer: strict, so that a number is no text and a text no number."""

    model_config = ConfigDict(strict=True)
