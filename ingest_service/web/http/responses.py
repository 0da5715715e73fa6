"""Responses, their media types and addresses."""

from urllib.parse import quote

from flask import Response, request

from ingest_service.web.http.fields import ResponseModel

JSON = "application/json"
HTML = "text/html"


def json_response(answer: ResponseModel, status: int = 200) -> Response:
    """Return an answer as JSON."""
    return Response(answer.to_json(), status, mimetype=JSON)


def see(address: str) -> Response:
    """Return an answer that leads to another address of ours."""
    return Response(status=303, headers={"Location": address})


def own_url(path: str) -> str:
    """Return the URL of a path of ours: behind the path under which a server or a proxy has mounted us, if any."""
    return quote(request.script_root) + path
