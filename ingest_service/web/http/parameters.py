"""Parameters of paths and queries."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from ingest_service.errors import IngestionNotFound
from ingest_service.web.http.errors import InvalidInput
from ingest_service.web.http.names import MOST_NAMES, shown, unknown

LARGEST_PAGE = 1000
# Every JSON reader has integers up to here.
LARGEST_POSITION = 2**53
_DIGITS = re.compile("-?[0-9]{1,18}")
ONE_LIMIT = f"must be an integer from 1 to {LARGEST_PAGE}"


class Query(BaseModel):
    """Parameters of a query; `allowed` has a sentence for each that says which values are."""

    model_config = ConfigDict(frozen=True)

    allowed: ClassVar[Mapping[str, str]]

    @classmethod
    def parse(cls, query: MultiDict[str, str]) -> Self:
        """Read the parameters. Raises InvalidInput."""
        details = cls._misnamed(query)
        try:
            parameters = cls.model_validate({name: query[name] for name in query if name in cls.model_fields})
        except ValidationError as error:
            wrong = [str(one["loc"][0]) for one in error.errors()]
            raise InvalidInput({name: [cls.allowed[name]] for name in wrong} | details) from None
        if details:
            raise InvalidInput(details)
        return parameters

    @classmethod
    def _misnamed(cls, query: MultiDict[str, str]) -> dict[str, list[str]]:
        """Return what is wrong with the names: they are unknown, or there twice."""
        others = [name for name in query if name not in cls.model_fields]
        twice = [name for name in cls.model_fields if len(query.getlist(name)) > 1]
        details = {shown(name): [unknown(name, cls.model_fields)] for name in others[:MOST_NAMES]}
        return details | {name: ["must be given once"] for name in twice}


class NoQuery(Query):
    """The query of an operation without parameters."""

    allowed: ClassVar = {}


def _digits(text: object) -> object:
    if isinstance(text, str) and not _DIGITS.fullmatch(text):
        raise ValueError(text)
    return text


# Digits alone: int() takes more than that for a number.
Integer = Annotated[int, BeforeValidator(_digits)]


class Page(Query):
    """Part of a list: at most `limit`, past the position `after`."""

    allowed: ClassVar = {"limit": ONE_LIMIT, "after": "must be a position: an integer from -1 (the default) on"}

    limit: Integer = Field(100, ge=1, le=LARGEST_PAGE)
    after: Integer = Field(-1, ge=-1, le=LARGEST_POSITION)


def parse_ingestion_id(text: str) -> UUID:
    """Read an ingestion id. Raises IngestionNotFound for a text that is not a UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise IngestionNotFound(text) from None
