"""Errors as pages: what a browser gets where a program gets JSON."""

from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask

from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import ACCEPT, Browser, text_of, title_of

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing/here", 404),
        ("/status/x", 404),
        (f"/ingestions/{UUID(int=0)}", 404),
        ("/slots?limit=0&colour=red", 400),
        ("/ingest", 405),
        ("/ready", 503),
    ],
)
def test_a_browser_gets_every_error_as_a_page_that_says_what_the_json_says(
    browser: Browser, simulation: Simulation, path: str, status: int
) -> None:
    if path == "/ready":
        simulation.records.stop()
    plain = browser.get(path, headers=JSON)
    page = browser.get(path, headers={"X-Request-ID": "my request"})
    assert (page.status_code, plain.status_code) == (status, status)
    assert page.content_type == "text/html; charset=utf-8"
    error = plain.get_json()
    said = text_of(page.text)
    sentences = [one for found in error.get("details", {}).values() for one in found]
    assert [one for one in (str(status), error["error"], "my request", *sentences) if one not in said] == []
    assert title_of(page.text) == f"{status} · {error['error']}"
    assert '<a href="/">Go to the board</a>' in page.text


def test_a_page_of_an_error_keeps_the_headers_of_the_error(browser: Browser) -> None:
    page = browser.get("/ingest")
    assert page.headers["Allow"] == "OPTIONS, POST"
    assert page.headers["Vary"] == "Accept"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.content_length == len(page.data)


def test_an_unexpected_failure_is_a_page_that_does_not_show_its_cause(app: Flask, simulation: Simulation) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the secret cause")

    page = Browser(app.test_client(), simulation.clock, SECOND).get("/broken")
    assert (page.status_code, title_of(page.text)) == (500, "500 · Internal server error")
    assert "it failed unexpectedly; the log says why" in text_of(page.text)
    assert "secret" not in page.text


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("image/webp,*/*;q=0.8", "application/json"),
        ("application/problem+json, text/html;q=0.9", "application/problem+json"),
    ],
)
def test_every_other_client_keeps_its_json(browser: Browser, accept: str, form: str) -> None:
    answer = browser.get("/nothing", headers={"Accept": accept})
    assert (answer.mimetype, answer.get_json()["error"]) == (form, "Not found")


def test_only_what_reads_gets_a_page(app: Flask) -> None:
    client = app.test_client()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.open("/nothing", method=method, headers={"Accept": ACCEPT}).mimetype == "application/json"
    head = client.head("/nothing", headers={"Accept": ACCEPT})
    assert (head.status_code, head.mimetype, head.data) == (404, "text/html", b"")


def test_text_of_others_is_shown_as_text_in_an_error(browser: Browser) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e"
    query = browser.get(f"/slots?{quote(hostile)}=1", headers={"X-Request-ID": "<b>mine</b>"})
    for html in (query.text, browser.get(f"/{hostile}").text):
        assert "<img" not in html
        assert "<b>mine" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;\\u202e" in html


def test_a_page_of_an_error_reads_itself_again_only_where_the_trouble_may_pass(
    browser: Browser, simulation: Simulation
) -> None:
    assert 'http-equiv="refresh"' not in browser.get("/nothing").text
    simulation.records.stop()
    page = browser.get("/slots")
    assert (page.status_code, 'http-equiv="refresh"' in page.text, "bad.svg" in page.text) == (503, True, True)


def test_a_page_of_an_error_leads_below_the_mount_point(browser: Browser) -> None:
    html = browser.get("/nothing", headers={"X-Forwarded-Prefix": "/svc"}).text
    assert '<a href="/svc/">Go to the board</a>' in html
