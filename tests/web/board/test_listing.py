"""The page of all ingestions, without JavaScript."""

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.model import Priority
from tests.doubles import UnthreadedDatabase
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulation
from tests.web.asking import FINAL, failing
from tests.web.board.browsing import Browser, Driven, text_of, title_of

JSON = {"Accept": "application/json"}


def rows(page: TestResponse) -> list[str]:
    """Return what each row says."""
    assert page.status_code == 200
    return [text_of(row) for row in page.text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr ")[1:]]


def ids(page: TestResponse) -> list[str]:
    """Return the ids of the ingestions on a page, in their order."""
    assert page.status_code == 200
    return re.findall(r'<tr data-key="([^"]+)"', page.text)


def link(page: TestResponse, words: str) -> str | None:
    """Return where a link of the page leads, None if there is no such link."""
    found = re.search(rf'href="([^"]+)">{words}</a>', page.text)
    return unescape(found[1]) if found else None


def test_a_row_shows_the_ingestion_and_leads_to_its_page(browser: Browser, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, FINAL)
    ingestion_id = simulation.submit(range(1, 8), "HIGH")
    simulation.run_slot()
    page = browser.get("/ingestions")
    assert title_of(page.text) == "Ingestions"
    (row,) = rows(page)
    assert str(ingestion_id)[:8] in row
    assert "HIGH ◐ triggered 3 of 7 ids 1 2023-11-14 22:30:00" in row
    assert f'href="/ingestions/{ingestion_id}"' in page.text
    assert f'title="{ingestion_id}"' in page.text
    assert '<rect class="good" width="285" height="8"/><rect class="bad" x="285" width="143"' in page.text


def test_the_expected_end_is_that_of_the_ingestion(browser: Browser, simulation: Simulation) -> None:
    expected = [simulation.submit(range(1, 9), priority) for priority in ("LOW", "HIGH", "MEDIUM")]
    simulation.run_slot()
    page = browser.get("/ingestions")
    for ingestion_id, row in zip(expected[::-1], page.text.split("<tr ")[1:], strict=True):
        end = browser.get(f"/ingestions/{ingestion_id}", headers=JSON).get_json()["completes_at"]
        assert f'<time datetime="{end}"' in row
        assert f'data-until="{end}"' in row


def test_an_ingestion_without_an_end_says_why(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1])
    simulation.run()
    assert rows(browser.get("/ingestions"))[0].endswith("\u2013")
    simulation.submit([2, 3])
    simulation.engine.open()
    assert rows(browser.get("/ingestions"))[0].endswith("under way")
    simulation.submit([4])
    simulation.service.pause()
    assert rows(browser.get("/ingestions"))[0].endswith("held")


def test_a_deadline_is_shown(browser: Browser, simulation: Simulation) -> None:
    deadline = simulation.clock.wall() + 60 * SECOND
    simulation.service.submit([1], Priority.LOW, deadline)
    assert "due 2023-11-14 22:31:00" in rows(browser.get("/ingestions"))[0]


@pytest.fixture
def four(simulation: Simulation) -> dict[str, UUID]:
    """Ingestions of each status; one has a failed id."""
    simulation.upstream.answer = failing({2}, FINAL)
    completed = simulation.submit([1, 2], "HIGH")
    simulation.run()
    cancelled = simulation.submit([2], "LOW")
    simulation.service.cancel(cancelled)
    triggered = simulation.submit([3, 4, 5, 6], "HIGH")
    simulation.run_slot()
    return {
        "completed": completed,
        "cancelled": cancelled,
        "triggered": triggered,
        "yet_to_start": simulation.submit([7], "LOW"),
    }


@pytest.mark.parametrize(
    ("query", "names", "chosen"),
    [
        ("status=triggered", ["triggered"], '<option value="triggered" selected>'),
        ("priority=LOW", ["yet_to_start", "cancelled"], '<option value="LOW" selected>'),
        ("failed=true", ["completed"], 'value="true" checked>'),
        ("failed=true&priority=LOW", [], 'value="true" checked>'),
        ("", ["yet_to_start", "triggered", "cancelled", "completed"], '<option value="">any</option>'),
    ],
)
def test_a_filter_shows_those_that_fit_and_what_was_chosen(
    browser: Browser, four: dict[str, UUID], query: str, names: list[str], chosen: str
) -> None:
    page = browser.get(f"/ingestions?{query}")
    assert ids(page) == [str(four[name]) for name in names]
    assert chosen in page.text
    assert (link(page, "show all") == "/ingestions") == bool(query)
    assert ("No ingestion fits." in page.text) == (not names)
    assert ids(browser.get(f"/board/ingestions?{query}")) == ids(page)


def test_the_begin_of_an_id_is_a_filter(browser: Browser, four: dict[str, UUID]) -> None:
    begin = str(four["cancelled"])[:9]
    page = browser.get(f"/ingestions?ingestion_id={begin}")
    assert ids(page) == [str(four["cancelled"])]
    assert f'value="{begin}"' in page.text


def test_a_service_without_ingestions_says_so(browser: Browser) -> None:
    assert "There are no ingestions yet." in browser.get("/ingestions").text


def test_what_a_form_leaves_empty_is_not_in_the_address(browser: Browser) -> None:
    answer = browser.get("/ingestions?status=&priority=HIGH&ingestion_id=")
    assert (answer.status_code, answer.location) == (303, "/ingestions?priority=HIGH")
    assert browser.get("/ingestions?status=&ingestion_id=").location == "/ingestions"


def test_a_wrong_filter_is_explained_in_the_page(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1])
    query = "status=done&ingestion_id=xyz&colour=red&limit=0"
    plain, page = browser.get(f"/ingestions?{query}", headers=JSON), browser.get(f"/ingestions?{query}")
    assert (plain.status_code, page.status_code) == (400, 400)
    said = text_of(page.text)
    for name, sentences in plain.get_json()["details"].items():
        assert f"{name} {'; '.join(sentences)}" in said
    assert page.text.count('aria-invalid="true"') == 2
    assert 'value="xyz"' in page.text
    assert "data-poll" not in page.text
    assert browser.get(f"/board/ingestions?{query}").status_code == 400


def test_pages_lead_to_the_end_and_back(browser: Browser, simulation: Simulation) -> None:
    newest_first = [str(simulation.submit([number + 1], "HIGH")) for number in range(7)][::-1]
    simulation.submit([99], "LOW")
    page = browser.get("/ingestions?priority=HIGH&limit=3")
    assert (link(page, "newest"), link(page, "← newer")) == (None, None)
    assert link(browser.get("/ingestions?limit=3"), "show all") is None
    found, back = [ids(page)], []
    while (address := link(page, "older →")) is not None:
        assert parse_qs(urlsplit(address).query)["priority"] == ["HIGH"]
        page = browser.get(address)
        found.append(ids(page))
    assert found == [newest_first[:3], newest_first[3:6], newest_first[6:]]
    assert link(page, "newest") == "/ingestions?priority=HIGH&limit=3"
    while (address := link(page, "← newer")) is not None:
        page = browser.get(address)
        back.append(ids(page))
    assert back == found[-2::-1]


def test_a_page_has_fifty_rows_unless_another_number_is_asked_for(
    browser: Browser, simulation: Simulation
) -> None:
    for _ in range(51):
        simulation.submit([1])
    assert len(ids(browser.get("/ingestions"))) == 50
    assert len(ids(browser.get("/ingestions?limit=51"))) == 51


def test_a_page_behind_the_end_leads_to_the_newest(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1])
    older = browser.get("/ingestions?after=MA")
    assert ("There are no more ingestions." in older.text, link(older, "newest")) == (True, "/ingestions")


def test_the_first_picture_of_the_list_is_small(browser: Browser, simulation: Simulation) -> None:
    for number in range(1, 60):
        simulation.submit(range(number), "LOW")
    small = {"headers": {"Accept-Encoding": "gzip"}, "buffered": True}
    page = browser.get("/ingestions")
    files = re.findall(r'(?:href|src)="(/board/files/[^"]+)"', page.text)
    assert len(files) == 4
    assert sum(len(browser.get(path, **small).data) for path in ("/ingestions", *files)) < 30_000


def test_text_of_others_is_shown_as_text_in_the_list(browser: Browser) -> None:
    hostile = quote("\"'><img src=x onerror=alert(1)>\u202e")
    for query in (f"ingestion_id={hostile}", f"status={hostile}", f"{hostile}=1", f"_external=1&{hostile}="):
        html = browser.get(f"/ingestions?{query}", follow_redirects=True).text
        assert "<img" not in html
        assert "\u202e" not in html


def test_the_part_of_the_list_is_the_same_until_something_changes(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.submit(range(1, 7))
    simulation.run_slot()
    simulation.clock.time += SECOND
    first = browser.get("/board/ingestions?priority=MEDIUM")
    known = {"If-None-Match": first.headers["ETag"]}
    same = browser.get("/board/ingestions?priority=MEDIUM", headers=known)
    assert (same.status_code, same.data, same.headers["Retry-After"]) == (304, b"", "2")
    assert first.headers["X-Server-Time"] < same.headers["X-Server-Time"]
    assert browser.get("/board/ingestions", headers=known).status_code == 200
    simulation.submit([9], "HIGH")
    assert browser.get("/board/ingestions?priority=MEDIUM", headers=known).status_code == 200


def test_the_page_of_the_list_polls_its_own_question(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 7))
    page = browser.get("/ingestions?priority=MEDIUM&limit=5")
    assert 'data-poll="/board/ingestions?priority=MEDIUM&amp;limit=5"' in page.text
    part = browser.get("/board/ingestions?priority=MEDIUM&limit=5").text
    assert part.partition("<section")[0] in page.text


def test_a_list_that_cannot_be_read_is_a_page_of_the_error(browser: Browser, simulation: Simulation) -> None:
    simulation.records.stop()
    page = browser.get("/ingestions")
    assert (page.status_code, title_of(page.text)) == (503, "503 · Storage unavailable")


def test_the_list_of_a_service_that_is_not_ready_says_so_in_the_title() -> None:
    database = UnthreadedDatabase()
    simulation = Simulation(place=EmbeddedPlace(database))
    database.damage = "the database is malformed"
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    html = Browser(app.test_client(), simulation.clock, SECOND).get("/ingestions").text
    assert (title_of(html), 'data-kind="bad"' in html) == ("not ready · Ingestions", True)


@pytest.mark.parametrize("path", ["/ingestions", "/board/ingestions", "/ingestions?limit=2&after=Mw"])
def test_the_list_takes_nothing_from_elsewhere_and_leads_below_the_mount_point(
    browser: Browser, simulation: Simulation, path: str
) -> None:
    for number in range(1, 6):
        simulation.submit([number])
    page = browser.get(path, headers={"X-Forwarded-Prefix": "/svc"})
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert re.findall(r"<script(?! src=)|<style| style=| on[a-z]+=|javascript:", page.text) == []
    addresses = re.findall(r'(?:href|src|action|data-poll)="([^"#]*)"', page.text)
    assert addresses
    assert [one for one in addresses if not one.startswith("/svc/")] == []


def test_a_program_keeps_the_json_of_the_list(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1])
    answer = browser.get("/ingestions", headers=JSON)
    assert (answer.mimetype, answer.headers["Vary"]) == ("application/json", "Accept")
    assert "Accept" in browser.get("/ingestions").vary


def test_the_field_on_every_page_leads_to_the_ingestion(browser: Browser, four: dict[str, UUID]) -> None:
    assert 'action="/board/find"' in browser.get("/").text
    for begin in (str(four["triggered"]), f"%20{str(four['triggered'])[:10]}%20"):
        answer = browser.get(f"/board/find?ingestion_id={begin}")
        assert (answer.status_code, answer.location) == (303, f"/ingestions/{four['triggered']}")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("begin", ["12", "hello", "ffff-ffff-ffff", "%3Cb%3E"])
def test_the_field_leads_to_the_list_where_no_id_begins_like_this(browser: Browser, begin: str) -> None:
    answer = browser.get(f"/board/find?ingestion_id={begin}")
    assert (answer.status_code, answer.location) == (303, f"/ingestions?ingestion_id={begin}")
    said = browser.read(answer.location)
    assert "No ingestion fits." in said or "must be the first 4 hexadecimal digits" in said
    assert browser.get("/board/find?ingestion_id=").location == "/ingestions"
