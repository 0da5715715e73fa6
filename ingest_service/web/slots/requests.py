"""Queries about slots."""

from typing import ClassVar

from pydantic import Field

from ingest_service.web.http.parameters import LARGEST_PAGE, LARGEST_POSITION, ONE_LIMIT, Integer, Query

MOST_SLOTS = 1000


class ScheduleQuery(Query):
    """Part of the schedule: the next `slots`."""

    allowed: ClassVar = {"slots": f"must be an integer from 1 to {MOST_SLOTS}"}

    slots: Integer = Field(20, ge=1, le=MOST_SLOTS)


class LedgerPage(Query):
    """Part of the ledger: at most `limit` slots, with numbers below `before`."""

    allowed: ClassVar = {"limit": ONE_LIMIT, "before": "must be the number of a slot: an integer from 1 on"}

    limit: Integer = Field(100, ge=1, le=LARGEST_PAGE)
    before: Integer = Field(LARGEST_POSITION, ge=1, le=LARGEST_POSITION)
