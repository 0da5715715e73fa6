"""Answers about the service as a whole."""

from ingest_service.web.http.fields import ResponseModel


class Links(ResponseModel):
    """Addresses of the API, by the names of what is there."""

    links: dict[str, str]
