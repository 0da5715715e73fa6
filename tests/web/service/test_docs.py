"""The page that shows the description: it asks this server only."""

import re

import pytest
from flask.testing import FlaskClient

from ingest_service.web.service.docs import VERSION

FILES = [
    f"/docs/{VERSION}/swagger-ui-bundle.js",
    f"/docs/{VERSION}/swagger-ui.css",
    f"/docs/{VERSION}/favicon-32x32.png",
    "/docs/start.js",
]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def test_the_page_asks_for_files_of_this_server_only(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    asked = re.findall(r'(?:href|src)="(.*?)"', page.text)
    assert sorted(asked) == sorted([*(path.removeprefix("/") for path in FILES), "openapi.json"])


@pytest.mark.parametrize(
    ("path", "media_type", "begin"),
    [
        (FILES[0], "text/javascript", b"/*!"),
        (FILES[1], "text/css", b".swagger-ui"),
        (FILES[2], "image/png", b"\x89PNG"),
        (FILES[3], "text/javascript", b'"use strict"'),
    ],
)
def test_the_files_of_the_page_are_here(client: FlaskClient, path: str, media_type: str, begin: bytes) -> None:
    answer = client.get(path, buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert answer.data.startswith(begin)


def test_the_page_shows_the_description_of_this_server(client: FlaskClient) -> None:
    script = client.get("/docs/start.js", buffered=True).text
    assert 'url: "openapi.json"' in script
    assert "http" not in script
    assert client.get("/openapi.json").get_json()["servers"][0]["url"] == "."


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/start.js"])
def test_what_may_change_with_the_service_is_asked_for_each_time(client: FlaskClient, path: str) -> None:
    first = client.get(path, buffered=True)
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(path, buffered=True, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])


def test_what_only_changes_with_its_path_may_be_kept_for_a_year(client: FlaskClient) -> None:
    answer = client.get(FILES[0], buffered=True)
    assert answer.cache_control.max_age == 31_536_000
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(FILES[0], buffered=True, headers=known).status_code == 304


@pytest.mark.parametrize("path", ["/docs", *FILES])
def test_the_page_is_add_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    ["/docs/start.ts", f"/docs/{VERSION}/nothing", f"/docs/{VERSION}/../__init__.py", "/docs/1.0/swagger-ui.css"],
)
def test_there_is_nothing_else_below_the_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path, buffered=True)
    assert (answer.status_code, answer.get_json()["error"]) == (404, "Not found")
