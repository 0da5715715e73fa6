"""Responses of JSON."""

from flask import Response

from ingest_service.web.http.fields import ResponseModel

JSON = "application/json"


def json_response(answer: ResponseModel, status: int = 200) -> Response:
    """Return an answer as JSON."""
    return Response(answer.to_json(), status, mimetype=JSON)
