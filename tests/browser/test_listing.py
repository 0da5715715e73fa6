"""The page of all ingestions in a real browser: live, shared as an address, and for everyone."""

import re
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from ingest_service.domain.packed_ids import PackedIds
from tests.browser.conftest import Open
from tests.browser.watched import JUDGED
from tests.processes.client import Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow

MANY = 10_000
# The console of the browser has a line for every answer that is an error.
BAD_REQUEST = "Failed to load resource: the server responded with a status of 400 (BAD REQUEST)"


def add_waiting(database: Path, count: int) -> None:
    """Put ingestions that wait into the database of a service that does not run."""
    ids = PackedIds.of(range(1, 8)).packed
    numbers = range(1, count + 1)
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO ingestions (sequence, id, priority, created_at, batch_size, ids) "
            "VALUES (?, ?, ?, 1700000000000000000, 3, ?)",
            [(number, uuid4().bytes, number % 3, ids) for number in numbers],
        )
        connection.executemany("INSERT INTO backlog VALUES (?, 0)", [(number,) for number in numbers])
    connection.close()


def shown_ids(page: Page) -> list[str]:
    found: list[str] = page.locator(".listing tbody tr").evaluate_all("rows => rows.map(row => row.dataset.key)")
    return found


def test_an_ingestion_is_seen_from_waiting_to_completed(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="6").until_healthy()
    page = look("/ingestions").page
    expect(page).to_have_title("Ingestions")
    expect(page.get_by_text("There are no ingestions yet.")).to_be_visible()
    client.submit(range(1, 8), "HIGH")
    row = page.locator(".listing tbody tr")
    expect(row).to_contain_text(re.compile("yet to start|triggered"))
    expect(row.locator(".at").last).to_contain_text(re.compile(r"\d\d:\d\d:\d\d in \d+ s"))
    expect(row).to_contain_text("3 of 7 ids")
    expect(row).to_contain_text("completed")
    expect(row).to_contain_text("7 of 7 ids")


def test_a_filter_is_an_address_that_others_can_open(start: Start, client: Client, look: Open) -> None:
    start().until_healthy()
    wanted = [client.submit([number], "LOW") for number in range(1, 4)][::-1]
    client.submit([9], "HIGH")
    first = look("/ingestions")
    first.page.get_by_label("Priority").select_option("LOW")
    first.page.get_by_role("button", name="Filter").click()
    expect(first.page.locator(".listing tbody tr")).to_have_count(3)
    assert first.page.url == f"{first.address}?priority=LOW"
    other = look("/ingestions?priority=LOW")
    second = other.page
    assert shown_ids(second) == shown_ids(first.page) == wanted
    expect(second.get_by_label("Priority")).to_have_value("LOW")
    second.get_by_label("Id of an ingestion, or its begin").fill(wanted[1][:8])
    second.keyboard.press("Enter")
    second.wait_for_url(f"**/ingestions/{wanted[1]}")
    # A page without an icon is looked for one.
    other.complaints.clear()


def test_a_half_filled_form_and_the_focus_stay_while_the_list_changes(
    start: Start, client: Client, look: Open
) -> None:
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    page = look("/ingestions").page
    page.get_by_label("Status").select_option("completed")
    page.get_by_label("with failures").check()
    page.get_by_label("Id begins with").fill("abc")
    client.submit(range(1, 5), "LOW")
    expect(page.locator(".listing tbody tr")).to_contain_text("completed")
    expect(page.get_by_label("Id begins with")).to_be_focused()
    expect(page.get_by_label("Id begins with")).to_have_value("abc")
    expect(page.get_by_label("Status")).to_have_value("completed")
    expect(page.get_by_label("with failures")).to_be_checked()


def test_ten_thousand_ingestions_do_not_freeze_the_page(start: Start, look: Open, tmp_path: Path) -> None:
    start().until_healthy().kill()
    add_waiting(tmp_path / "ingest.db", MANY)
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    page = look("/ingestions").page
    page.evaluate("""() => {
        window.longest = 0;
        new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
        }).observe({ type: "longtask" });
    }""")
    newest = shown_ids(page)
    assert len(newest) == 50
    expect(page.locator(".listing tbody tr").first).to_contain_text(re.compile(r"in \d h"))
    with page.expect_response(lambda answer: "/board/ingestions" in answer.url and answer.status == 200):
        pass
    assert page.evaluate("window.longest") < 1000
    page.get_by_role("link", name="older").click()
    expect(page.get_by_role("link", name="newer")).to_be_visible()
    assert not set(shown_ids(page)) & set(newest)
    page.get_by_role("link", name="newer").click()
    expect(page.locator(f'[data-key="{newest[0]}"]')).to_be_visible()
    assert shown_ids(page) == newest


@pytest.fixture
def mixed(start: Start, client: Client) -> None:
    """A service with ingestions in several states."""
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    client.submit([1], "HIGH")
    client.submit(range(1, 100_001), "LOW")
    cancelled = client.submit([7], "LOW")
    client.ask("DELETE", f"/ingestions/{cancelled}")


@pytest.mark.usefixtures("mixed")
def test_everyone_can_use_the_list(look: Open) -> None:
    for path, count in (("/ingestions?limit=2", 2), ("/ingestions?status=x&ingestion_id=%3Cimg%3E", 0)):
        one = look(path, **JUDGED)
        expect(one.page.locator(".listing tbody tr")).to_have_count(count)
        assert one.obstacles() == []
        if not count:
            expect(one.page.get_by_label("Id begins with")).to_have_value("<img>")
            one.complaints.remove(BAD_REQUEST)


@pytest.mark.usefixtures("mixed")
def test_the_list_works_without_javascript(look: Open) -> None:
    page = look("/ingestions?limit=2", java_script_enabled=False).page
    expect(page.locator(".listing tbody tr")).to_have_count(2)
    page.get_by_role("link", name="older").click()
    expect(page.locator(".listing tbody tr")).to_have_count(1)
    page.get_by_label("Status").select_option("cancelled")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".listing tbody tr")).to_have_count(1)
    assert page.url.endswith("/ingestions?status=cancelled")
