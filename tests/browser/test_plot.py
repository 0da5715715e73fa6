"""The plot of the last hour and day in a real browser."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.watched import JUDGED, PHONE, WALL
from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

LARGEST = 60_000
CHARTS = 4
# Of each canvas, the pixels that are not empty.
INKED = """canvases => canvases.map(canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, place) => place % 4 === 3 && value).length;
})"""
# Of a canvas, whether there is something of the colour of lines (blue) right of a place between 0 and 1.
BLUE_FROM = """(canvas, from) => {
    const left = Math.ceil(from * canvas.width);
    const { data } = canvas.getContext("2d").getImageData(left, 0, canvas.width - left, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 200 && data[at + 2] > data[at] + 60) return true;
    }
    return false;
}"""
SENT = """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
    .reduce((all, one) => all + one.transferSize, 0)"""
ASKED = "performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)"

HIDE = """isHidden => {
    Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def shown(page: Page, name: str) -> Locator:
    return page.locator(f'[data-shows="{name}"]')


def time_in(place: Locator) -> datetime:
    """Return the time that a text ends with."""
    return datetime.strptime(place.inner_text()[-8:], "%H:%M:%S")


def wait_until_drawn(page: Page) -> None:
    page.locator("#plot").scroll_into_view_if_needed()
    expect(page.locator("#charts canvas")).to_have_count(CHARTS)


def wait_until_read(client: Client, condition: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the condition holds for the reading that all plots share for a second."""
    eventually(lambda: condition(client.ask("GET", "/board/plot").content))


def run(client: Client, ids: range) -> None:
    """Submit ids, and wait until they are done."""
    client.submit(ids, "LOW")
    wait_until_read(client, lambda plot: sum(plot["ids"]) == len(ids) and plot["waiting"][-1] == 0)


def test_it_is_drawn_and_says_what_happened(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="0.2").until_healthy()
    run(client, range(1, 8))
    client.ask("POST", "/dispatcher/pause")
    client.submit(range(20, 1220), "LOW")
    wait_until_read(client, lambda plot: plot["waiting"][-1] == 1200)
    page = look().page
    wait_until_drawn(page)
    assert min(page.locator("#charts canvas").evaluate_all(INKED)) > 1000
    expect(page.locator("#when")).to_have_text("all of the last hour")
    said = {"waiting": "1\u202f200", "slots": "3", "taken": "77 %", "failed": "0", "again": "0"}
    for name, words in said.items():
        expect(shown(page, name)).to_have_text(words)
    expect(shown(page, "late")).to_have_text(re.compile(r"^(\d+ ms|\d+\.\d{3} s)$"))
    expect(shown(page, "empty")).to_be_hidden()


def test_the_end_of_what_waits_is_drawn_into_the_future(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="30").until_healthy()
    client.submit(range(1, 100), "LOW")
    page = look(viewport=WALL).page
    wait_until_drawn(page)
    said, card = time_in(shown(page, "empty")), time_in(page.locator("#empty + p"))
    # The board is renewed each second, and slots may be late.
    assert abs(said - card) < timedelta(seconds=10)
    canvas = page.locator('[data-chart="waiting"] canvas')
    assert canvas.evaluate(BLUE_FROM, 0.9)
    client.ask("POST", "/dispatcher/pause")
    wait_until_read(client, lambda plot: plot["empty_at"] is None)
    page.reload()
    wait_until_drawn(page)
    expect(shown(page, "empty")).to_be_hidden()
    assert not canvas.evaluate(BLUE_FROM, 0.99)


def test_the_stretch_that_is_pointed_at_is_told(start: Start, look: Open) -> None:
    start().until_healthy()
    page = look(viewport=WALL, timezone_id="Asia/Kolkata").page
    wait_until_drawn(page)
    page.locator('[data-chart="late"] .u-over').hover()
    expect(page.locator("#when")).to_have_text(re.compile(r"^\d\d:\d\d to \d\d:\d\d$"))
    expect(shown(page, "waiting")).to_have_text("0")
    page.mouse.move(0, 0)
    expect(page.locator("#when")).to_have_text("all of the last hour")


def test_the_keyboard_changes_the_span_and_opens_the_tables(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="0.2").until_healthy()
    page = look(viewport=WALL).page
    wait_until_drawn(page)
    page.get_by_role("radio", name="hour").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="day")).to_be_checked()
    expect(page.locator("#when")).to_have_text("all of the last day")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#when")).to_have_text("all of the last hour")
    tables = page.locator("#tables table")
    expect(tables.first).to_be_hidden()
    run(client, range(1, 8))
    page.locator("#tables summary").focus()
    page.keyboard.press("Enter")
    expect(tables.first).to_be_visible()
    expect(tables.nth(0).locator("tbody tr")).to_have_count(12)
    expect(tables.nth(1).locator("tbody tr")).to_have_count(24)
    expect(tables.nth(1).locator("td").nth(1)).to_have_text("7 of 9")


def test_it_follows_light_and_dark(start: Start, look: Open) -> None:
    start().until_healthy()
    page = look(color_scheme="light", viewport=WALL).page
    wait_until_drawn(page)
    drawing = "canvas => canvas.toDataURL()"
    light = page.locator("canvas").first.evaluate(drawing)
    page.emulate_media(color_scheme="dark")
    eventually(lambda: page.locator("canvas").first.evaluate(drawing) != light)


def test_nothing_is_loaded_before_it_comes_near_and_all_of_it_is_small(
    start: Start, client: Client, look: Open
) -> None:
    start().until_healthy()
    client.submit(range(1, 100), "LOW")
    page = look(viewport=PHONE).page
    expect(page.locator("tr.now .done")).to_have_count(3)
    assert not [path for path in page.evaluate(ASKED) if "uPlot.iife" in path or path == "/board/plot"]
    wait_until_drawn(page)
    assert [path for path in page.evaluate(ASKED) if path == "/board/plot"] == ["/board/plot"]
    assert 30_000 < page.evaluate(SENT) < LARGEST


def test_it_is_asked_for_twice_a_minute_but_not_while_the_tab_is_hidden(start: Start, look: Open) -> None:
    start().until_healthy()
    page = look(viewport=WALL).page
    wait_until_drawn(page)
    page.clock.install()
    page.reload()
    wait_until_drawn(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.clock.run_for(20_000)
    assert "/board/plot" not in asked
    with page.expect_request("**/board/plot?span=hour"):
        page.clock.run_for(11_000)
    page.evaluate(HIDE, True)
    page.clock.run_for(60_000)
    assert asked.count("/board/plot") == 1
    with page.expect_request("**/board/plot?span=hour"):
        page.evaluate(HIDE, False)


def test_everyone_can_read_it(start: Start, client: Client, look: Open) -> None:
    start().until_healthy()
    client.submit(range(1, 5000), "LOW")
    board = look(**JUDGED)
    wait_until_drawn(board.page)
    board.page.locator("#tables summary").click()
    expect(board.page.locator("#tables table").first).to_be_visible()
    assert board.obstacles() == []


def test_the_tables_are_open_without_javascript(start: Start, look: Open) -> None:
    start().until_healthy()
    page = look(java_script_enabled=False).page
    expect(page.locator("#tables table").first).to_be_visible()
    expect(page.locator("#charts")).to_be_hidden()
