"""Base of all values that the service answers, and their common vocabulary."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from msgspec import Meta, Struct, convert

GREATEST_ID = 10**9 + 7
LARGEST_PAGE = 1000

Time = Annotated[datetime, Meta(tz=True)]


class Priority(StrEnum):
    """Urgency of an ingestion."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Status(StrEnum):
    """Progress of a batch, or of a whole ingestion."""

    YET_TO_START = "yet_to_start"
    TRIGGERED = "triggered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Response(Struct, frozen=True, kw_only=True):
    """A value that the service answered; `raw` is its JSON with every key, and does not count in comparisons."""

    raw: Mapping[str, Any] = {}

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Decode the JSON of one value; raises ValueError or TypeError if it is something else."""
        return convert({**body, "raw": body}, cls)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._fields() == self._fields()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._fields().items())})"

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__struct_fields__ if name != "raw"}
