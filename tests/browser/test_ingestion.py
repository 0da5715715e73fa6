"""The page of an ingestion in a real browser: live, small, robust and for everyone."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.watched import JUDGED
from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

MOST_NODES = 700
HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe\x1b[31m\u2028</p><script>alert(2)</script>"
SHOWN = "<img src=x onerror=alert(1)>\\u202egnp.exe\\u001b[31m\\u2028</p><script>alert(2)</script>"


def address(ingestion_id: str) -> str:
    return f"/ingestions/{ingestion_id}"


def status(page: Page, name: str) -> None:
    expect(page.locator(f".one .status.{name}")).to_be_visible()


def with_failures(client: Client, environ: dict[str, str], error: str) -> str:
    """Let an ingestion run, and write into the store that two of its ids failed and that it slipped."""
    ingestion_id = client.submit(range(1, 6), "HIGH")
    eventually(lambda: client.completed(ingestion_id))
    with closing(sqlite3.connect(environ["INGEST_DATABASE_URL"].removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE outcomes SET result = NULL, error = ? WHERE record_id IN (2, 5)", [error])
        database.execute(
            "INSERT INTO slips SELECT sequence, ? FROM ingestions", [json.dumps([[10**18, 1, 5, error]])]
        )
    return ingestion_id


def test_a_submission_is_seen_from_waiting_to_done(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="4").until_healthy()
    client.ask("POST", "/dispatcher/pause")
    ingestion_id = client.submit(range(1, 12), "HIGH")
    page = look(address(ingestion_id)).page
    status(page, "yet_to_start")
    expect(page.get_by_text("no batch starts while the pause lasts")).to_be_visible()
    client.ask("POST", "/dispatcher/resume")
    status(page, "triggered")
    expect(page).to_have_title(re.compile(r"^[0-9a-f]{8} · (25|50) % done · done in "))
    status(page, "completed")
    expect(page).to_have_title(f"{ingestion_id[:8]} · 100 % done")
    expect(page.locator(".list tbody .status.completed")).to_have_count(4)
    # It asks no more, for nothing can change.
    page.wait_for_function("isFinal && !asking")


def test_a_hundred_thousand_batches_are_a_small_page_that_answers(
    start: Start, client: Client, look: Open
) -> None:
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    page = look(address(client.submit(range(1, 300_001), "LOW"))).page
    status(page, "triggered")
    assert page.evaluate("document.querySelectorAll('*').length") < MOST_NODES
    page.get_by_role("button", name="copy the id").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^The id is (copied|selected)"))
    expect(page.locator(".list tbody .status.completed").nth(2)).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") < MOST_NODES


def test_hostile_text_is_shown_as_text(start: Start, client: Client, look: Open, environ: dict[str, str]) -> None:
    start(INGEST_INTERVAL_SECONDS="0.2").until_healthy()
    page = look(address(with_failures(client, environ, HOSTILE))).page
    expect(page.locator(".errors tbody th")).to_have_text(f"✕ {SHOWN}")
    expect(page.locator(".cause")).to_have_text(SHOWN)
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("form", ["CSV", "NDJSON"])
def test_results_are_saved_under_a_name_of_their_own(
    start: Start, client: Client, look: Open, environ: dict[str, str], form: str
) -> None:
    start(INGEST_INTERVAL_SECONDS="0.2").until_healthy()
    ingestion_id = with_failures(client, environ, "HTTP 404 Not Found")
    page = look(address(ingestion_id)).page
    with page.expect_download() as download:
        page.get_by_role("link", name=form, exact=False).first.click()
    assert download.value.suggested_filename == f"results-{ingestion_id}.{form.lower()}"
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == (6 if form == "CSV" else 5)


def test_everyone_can_use_it(start: Start, client: Client, look: Open, environ: dict[str, str]) -> None:
    start(INGEST_INTERVAL_SECONDS="0.2").until_healthy()
    ended = with_failures(client, environ, "no whole answer within 30 s: " + "x" * 200)
    client.ask("POST", "/dispatcher/pause")
    waiting = client.submit(range(999_900_008, 1_000_000_008), "LOW")
    cancelled = client.submit(range(1, 30), "MEDIUM")
    client.ask("DELETE", address(cancelled))
    for ingestion_id in (ended, waiting, cancelled):
        one = look(address(ingestion_id), **JUDGED)
        assert one.obstacles() == []


def test_without_javascript_it_tells_everything_and_reads_itself_again(
    start: Start, client: Client, look: Open
) -> None:
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    client.ask("POST", "/dispatcher/pause")
    ingestion_id = client.submit([41, 42], "HIGH")
    page = look(address(ingestion_id), java_script_enabled=False).page
    status(page, "yet_to_start")
    expect(page.locator(".ids")).to_contain_text("41")
    expect(page.locator(".copy")).to_be_hidden()
    client.ask("POST", "/dispatcher/resume")
    status(page, "completed")
