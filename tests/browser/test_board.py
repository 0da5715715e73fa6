"""The board in a real browser: live, exact, robust and for everyone."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.watched import JUDGED
from tests.processes.client import Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow

# As the browser does for a tab in the background; one without a window hides none by itself.
HIDE = "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
FOCUSED = "document.activeElement.innerText"
# The slots that departed last, and the nodes of a board with all of them.
MOST_DEPARTED, MOST_NODES = 6, 1100


def test_a_submission_is_seen_from_waiting_to_done(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="10", INGEST_SIMULATED_DELAY_SECONDS="5").until_healthy()
    page = look().page
    expect(page.get_by_text("No departures.")).to_be_visible()
    client.submit([1, 2, 3, 4, 5], "HIGH")
    expect(page.locator("tr.now.open .calling")).to_have_count(3)
    expect(page.get_by_text("2 ids", exact=True)).to_be_visible()
    expect(page.locator("tr.now .done")).to_have_count(3)
    expect(page.locator(".done")).to_have_count(5)
    expect(page.locator(".past .done")).to_have_count(5)
    expect(page).to_have_title("nothing waits")


def test_it_agrees_with_the_schedule_to_the_second(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="8").until_healthy()
    client.submit(range(1, 40), "LOW")
    board = look(timezone_id="Asia/Kolkata")
    expect(board.page.locator("tr.now .done")).to_have_count(3)
    following = board.page.locator(".board tbody tr:not(.now)")
    for _ in range(3):
        # Not while a slot opens or closes: the page shows that up to a second later.
        expect(following.first).to_contain_text(re.compile("[34] s"))
        second = board.wait_until_middle_of_second()
        shown, title = following.locator(".in").all_inner_texts(), board.page.title()
        slots = client.ask("GET", "/schedule?slots=7").content["slots"]
        left = [int(datetime.fromisoformat(slot["opens_at"]).timestamp()) - second for slot in slots]
        assert shown == [f"{seconds} s" for seconds in left]
        assert title.endswith(f"next in {left[0]} s")


def test_a_killed_service_is_missed_and_found_again(start: Start, client: Client, look: Open) -> None:
    process = start().until_healthy()
    client.submit(range(1, 100), "LOW")
    page = look().page
    expect(page.locator("tr.now")).to_be_visible()
    process.kill()
    trouble = page.get_by_role("alert")
    expect(trouble).to_have_text(re.compile(r"Offline since \d\d:\d\d:\d\d: the service does not answer"))
    expect(page).to_have_title(re.compile("^offline · "))
    assert "bad.svg" in (page.locator("#icon").get_attribute("href") or "")
    start().until_healthy()
    expect(trouble).to_be_hidden()
    expect(page).to_have_title(re.compile(r"^\d\d waiting"))
    assert "good.svg" in (page.locator("#icon").get_attribute("href") or "")


def test_focus_and_selection_stay_while_the_slots_go_by(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="3").until_healthy()
    client.submit(range(1, 100), "LOW")
    page = look().page
    page.evaluate("getSelection().selectAllChildren(document.getElementById('waiting'))")
    link = page.locator(".board tbody tr").nth(4).locator("a").first
    link.focus()
    # Its row moves up with each slot: what has the focus is asked itself.
    focused = page.evaluate(FOCUSED)
    first = page.locator(".board tbody tr .id").first.inner_text()
    expect(page.locator(".board tbody tr .id").first).not_to_have_text(first)
    assert page.evaluate(FOCUSED) == focused
    assert page.evaluate("String(getSelection())").lower() == "waiting"


def test_a_hidden_tab_rests_and_catches_up_when_it_is_seen_again(start: Start, client: Client, look: Open) -> None:
    start().until_healthy()
    page = look().page
    expect(page.get_by_text("No departures.")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(HIDE)
    # The poll that was under way.
    page.wait_for_timeout(1500)
    asked.clear()
    client.submit([41], "HIGH")
    page.wait_for_timeout(2500)
    assert asked == []
    expect(page.get_by_text("No departures.")).to_be_visible()
    page.evaluate(SHOW)
    expect(page.get_by_text("41", exact=True)).to_be_visible()


def test_a_hundred_thousand_waiting_batches_leave_it_as_quick_as_ever(
    start: Start, client: Client, look: Open
) -> None:
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    for _ in range(20):
        client.submit(range(1, 15_001), "LOW")
    page = look().page
    expect(page.locator(".figure").first).to_contain_text(re.compile(r"299.\d{3}"))
    first = page.locator(".past tbody tr th").first
    number = first.inner_text()
    expect(first).not_to_have_text(number)
    expect(page.locator(".past tbody tr").nth(MOST_DEPARTED - 1)).to_be_visible()
    assert page.locator("*").count() < MOST_NODES


def test_everyone_can_read_the_limits(start: Start, client: Client, look: Open) -> None:
    start(INGEST_LIMITS="3/1s, 6/1m, 10000/1d").until_healthy()
    client.submit(range(1, 10), "HIGH")
    board = look(**JUDGED)
    limits = board.page.locator(".limits tbody tr")
    expect(limits).to_have_count(3)
    expect(limits.filter(has_text="6 in 1 m").locator(".held")).to_have_text("0")
    assert board.obstacles() == []


def test_everyone_can_use_it(start: Start, client: Client, look: Open) -> None:
    start().until_healthy()
    client.submit(range(1, 5), "HIGH")
    client.submit(range(1, 5), "MEDIUM")
    client.submit(range(999_999_908, 1_000_000_008), "LOW")
    board = look(**JUDGED)
    expect(board.page.locator(".past tbody tr").first).to_be_visible()
    assert board.obstacles() == []


def test_without_javascript_it_tells_everything_and_reads_itself_again(
    start: Start, client: Client, look: Open
) -> None:
    start().until_healthy()
    page = look(java_script_enabled=False).page
    expect(page.get_by_text("No departures.")).to_be_visible()
    client.submit([41, 42], "HIGH")
    expect(page.get_by_text("41", exact=True)).to_be_visible()
