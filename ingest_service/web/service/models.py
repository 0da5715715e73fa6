"""The answers about the service itself."""

from typing import Literal

from ingest_service.web.http.fields import Told


class Health(Told):
    """The service runs."""

    status: Literal["ok"]
    version: str


class Ready(Told):
    """Submissions can be taken and released."""

    status: Literal["ready"]
