"""The answer to `GET /`: links to programs, the board to browsers."""

import re
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import ACCEPT, Browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
LARGEST = 60_000


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/json, text/html", "image/png"])
def test_a_program_gets_the_addresses_of_the_api(client: FlaskClient, accept: str | None) -> None:
    answer = client.get("/", headers={"Accept": accept} if accept else {})
    assert (answer.mimetype, answer.headers["Vary"]) == ("application/json", "Accept")
    links = answer.get_json()["links"]
    assert links["ingest"] == "/ingest"
    for name in links.keys() - {"ingest", "docs"}:
        assert client.get(links[name]).status_code in (200, 503), name
    again = client.get("/", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("accept", [ACCEPT, "text/html", "application/json;q=0.5, text/html"])
def test_a_browser_gets_the_board(client: FlaskClient, accept: str) -> None:
    page = client.get("/", headers={"Accept": accept})
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert {"Accept", "Accept-Encoding"} == set(page.vary)
    assert "Departures" in page.text
    head = client.head("/", headers={"Accept": accept})
    assert (head.status_code, head.mimetype, head.data) == (200, "text/html", b"")


def test_only_what_reads_is_shown_as_a_page(client: FlaskClient) -> None:
    headers = {"Accept": ACCEPT}
    assert client.options("/", headers=headers).get_data() == b""
    assert client.post("/", headers=headers).status_code == 405


def test_the_page_and_its_part_take_nothing_from_elsewhere(browser: Browser) -> None:
    for path in ("/", "/board"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_has_no_script_and_no_style_of_its_own(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 30))
    html = browser.get().text
    assert re.findall(r"<script(?! src=)|<style| style=| on[a-z]+=|javascript:", html) == []
    addresses = re.findall(r'(?:href|src|data-\w+)="([^"]*/[^"]*)"', html)
    assert [one for one in addresses if not one.startswith("/") or one.startswith("//")] == []


def test_the_first_picture_is_small(browser: Browser, simulation: Simulation) -> None:
    for _ in range(60):
        simulation.submit(range(1, 30))
        simulation.run_slot()
        simulation.clock.time += 3600 * SECOND // 2
    page = browser.get()
    files = re.findall(r'(?:href|src|data-library)="(/board/files/[^"]+)"', page.text)
    assert sorted(one.rpartition("/")[2] for one in files) == [
        *("board.css", "board.js", "charts.js", "good.svg", "plot.css", "plot.js"),
        *("uPlot.iife.min.js", "uPlot.min.css"),
    ]
    asked = ["/", *files, "/board", "/board/plot", "/board/plot?span=day", "/board/tables"]
    answers = [browser.get(path, headers={"Accept-Encoding": "gzip"}) for path in asked]
    size = sum(len(answer.data) + len(str(answer.headers)) for answer in answers)
    assert 25_000 < size < LARGEST


def test_the_files_may_be_kept_for_a_year_and_change_their_address(browser: Browser) -> None:
    page = browser.get()
    for path in re.findall(r'(?:href|src)="(/board/files/[^"]+)"', page.text):
        answer = browser.get(path)
        assert (answer.status_code, answer.cache_control.max_age) == (200, 31_536_000)
        assert answer.headers["Content-Security-Policy"] == POLICY
        other = re.sub("files/[0-9a-f]+/", "files/0/", path)
        assert browser.get(other).cache_control.max_age == 0
    assert browser.get("/board/files/0/../views.py").status_code == 404


@pytest.mark.parametrize(
    "mount",
    [
        {"environ_overrides": {"SCRIPT_NAME": "/svc"}},
        {"headers": {"X-Forwarded-Prefix": "/svc"}},
        {"headers": {"X-Forwarded-Prefix": "/svc/"}},
    ],
)
def test_every_address_leads_below_the_mount_point(
    browser: Browser, simulation: Simulation, mount: dict[str, dict[str, str]]
) -> None:
    simulation.submit(range(1, 9))
    for path in ("/", "/board"):
        addresses = re.findall(
            r'(?:href|src|data-poll|data-good|data-bad)="([^"#]+)"', browser.get(path, **mount).text
        )
        assert addresses
        assert [
            one
            for one in addresses
            if not urljoin("https://host.example/", one).startswith("https://host.example/svc/")
        ] == []


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "https://evil.example", "/a b", '/"><script>', "svc", "/a//b"]
)
def test_a_prefix_that_is_no_path_is_ignored(browser: Browser, prefix: str) -> None:
    assert 'data-poll="/board"' in browser.get(headers={"X-Forwarded-Prefix": prefix}).text
