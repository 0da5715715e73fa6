"""The description of the API for programs, and as a page for people."""

from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, json, request, send_from_directory

from ingest_service.web.http.responses import JSON
from ingest_service.web.http.security_headers import add_security_headers
from ingest_service.web.service.description import description

PAGES = Path(__file__).parent / "pages"
SWAGGER_UI = str(files("flask_swagger_ui") / "dist")
# It is in the paths of the files, so that they may be kept for long.
VERSION = metadata.version("flask-swagger-ui")
LONG_SECONDS = 31_536_000


def docs(version: str, max_ids: int) -> Blueprint:
    """Return the description of this version of the API, its page, and all files of that page."""
    routes = Blueprint("docs", __name__)
    routes.after_request(add_security_headers)

    @cache
    def text() -> str:
        return json.dumps(description(version, max_ids), separators=(",", ":"))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        """Describe the API (OpenAPI 3.1)."""
        return _current(Response(text(), mimetype=JSON))

    @routes.get("/docs")
    def page() -> Response:
        """Show the description, and let it be tried out."""
        text = (PAGES / "docs.html").read_text(encoding="utf-8").replace("VERSION", VERSION)
        return _current(Response(text, mimetype="text/html"))

    add_files(routes)
    return routes


def add_files(routes: Blueprint) -> None:
    """Add the files of the page: all come from here, so that it works without any other server."""

    @routes.get("/docs/start.js")
    def start() -> Response:
        return send_from_directory(PAGES, "start.js")

    @routes.get(f"/docs/{VERSION}/<path:name>")
    def swagger_ui(name: str) -> Response:
        return send_from_directory(SWAGGER_UI, name, max_age=LONG_SECONDS)


def _current(response: Response) -> Response:
    """Allow caches to keep the answer, and to use it only after asking whether it has changed."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
