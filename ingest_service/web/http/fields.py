"""Types of the fields in bodies, and the base of all models of answers."""

from operator import attrgetter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID, Priority, Status

PRIORITIES = [priority.name for priority in Priority]
ONE_PRIORITY = f"must be one of {', '.join(PRIORITIES)}"


def _priority(value: object) -> Priority:
    if isinstance(value, Priority):
        return value
    if isinstance(value, str) and value in PRIORITIES:
        return Priority[value]
    raise ValueError(ONE_PRIORITY)


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
# In JSON a priority is its name: its value only orders.
PriorityName = Annotated[
    Priority,
    PlainValidator(_priority),
    PlainSerializer(attrgetter("name"), return_type=str),
    WithJsonSchema({"enum": PRIORITIES, "type": "string"}),
]
StatusName = Annotated[
    Status,
    PlainValidator(Status),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"enum": [status.value for status in Status], "type": "string"}),
]


class ResponseModel(BaseModel):
    """Answer, or a part of one. Strict: no coercion between strings and numbers."""

    model_config = ConfigDict(strict=True)

    def to_json(self) -> str:
        """Return the JSON text, on one line; fields that were not given are left out."""
        return self.model_dump_json(exclude_unset=True)
