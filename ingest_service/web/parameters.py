"""What stands in paths and queries."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from ingest_service.errors import IngestionNotFound
from ingest_service.web.errors import InvalidInput
from ingest_service.web.results import LARGEST_PAGE

LARGEST_POSITION = 2**53


class Page(BaseModel):
    """Which part of a list is wanted: at most `limit`, past the position `after`."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(100, ge=1, le=LARGEST_PAGE)
    after: int = Field(-1, ge=-1, le=LARGEST_POSITION)


def parse_ingestion_id(text: str) -> UUID:
    """Read an ingestion id; what is none cannot be found. Raises IngestionNotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise IngestionNotFound(text) from None


def parse_page(query: MultiDict[str, str]) -> Page:
    """Read `limit` and `after` of a query. Raises InvalidInput."""
    try:
        return Page.model_validate(query.to_dict())
    except ValidationError as error:
        details = {str(wrong["loc"][0]): [_allowed(str(wrong["loc"][0]))] for wrong in error.errors()}
        raise InvalidInput(details) from None


def _allowed(parameter: str) -> str:
    if parameter == "limit":
        return f"must be an integer from 1 to {LARGEST_PAGE}"
    return "must be a position: an integer from -1 (the default) on"
