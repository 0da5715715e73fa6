"""Parameters of paths and queries."""

from collections.abc import Mapping
from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from ingest_service.errors import IngestionNotFound
from ingest_service.web.http.errors import InvalidInput

LARGEST_PAGE = 1000
# Every JSON reader has integers up to here.
LARGEST_POSITION = 2**53
ONE_LIMIT = f"must be an integer from 1 to {LARGEST_PAGE}"


class Query(BaseModel):
    """Parameters of a query; `allowed` has a sentence for each that says which values are."""

    model_config = ConfigDict(frozen=True)

    allowed: ClassVar[Mapping[str, str]]

    @classmethod
    def parse(cls, query: MultiDict[str, str]) -> Self:
        """Read the parameters. Raises InvalidInput."""
        try:
            return cls.model_validate(query.to_dict())
        except ValidationError as error:
            wrong = [str(one["loc"][0]) for one in error.errors()]
            raise InvalidInput({name: [cls.allowed[name]] for name in wrong}) from None


class Page(Query):
    """Part of a list: at most `limit`, past the position `after`."""

    allowed: ClassVar = {"limit": ONE_LIMIT, "after": "must be a position: an integer from -1 (the default) on"}

    limit: int = Field(100, ge=1, le=LARGEST_PAGE)
    after: int = Field(-1, ge=-1, le=LARGEST_POSITION)


def parse_ingestion_id(text: str) -> UUID:
    """Read an ingestion id. Raises IngestionNotFound for a text that is not a UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise IngestionNotFound(text) from None
