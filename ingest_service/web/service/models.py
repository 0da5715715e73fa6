"""Answers about the service itself."""

from typing import Literal

from ingest_service.web.http.fields import ResponseModel


class Health(ResponseModel):
    """The service runs."""

    status: Literal["ok"]
    version: str


class Ready(ResponseModel):
    """Submissions can be taken and released."""

    status: Literal["ready"]
