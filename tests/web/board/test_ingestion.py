"""The page of an ingestion, without JavaScript."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Answer, Slip
from ingest_service.domain.model import Priority
from ingest_service.domain.rate import Quota
from tests.simulation import FIVE_SECONDS, SECOND, Simulation
from tests.web.asking import FINAL, PASSING, PAUSING, failing
from tests.web.board.browsing import Browser, Driven, text_of, title_of

HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.\x1b[31m\u2028'\"&"
HARMLESS = "&lt;img src=x onerror=alert(1)&gt;\\u202egnp.\\u001b[31m\\u2028&#39;&#34;&amp;"


def read(browser: Browser, ingestion_id: UUID) -> str:
    return browser.read(f"/ingestions/{ingestion_id}").replace("\u202f", " ")


def test_a_program_gets_json_and_a_browser_the_page(
    client: FlaskClient, browser: Browser, simulation: Simulation
) -> None:
    path = f"/ingestions/{simulation.submit([1])}"
    answer = client.get(path)
    assert (answer.mimetype, answer.headers["Vary"]) == ("application/json", "Accept")
    page = browser.get(path)
    assert (page.status_code, page.mimetype, page.headers["Vary"]) == (200, "text/html", "Accept")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_one_that_waits_shows_when_it_starts_and_why_not_earlier(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 6), "HIGH")
    ingestion_id = simulation.submit(range(10, 24), "LOW")
    said = read(browser, ingestion_id)
    assert f"Ingestion {ingestion_id}" in said
    assert "○ yet to start LOW 14 ids in 5 batches created" in said
    assert "0 0 % 0 0 % 5 100 %" in said
    assert re.search(r"Starts \d\d:\d\d:\d\d in 10 s", said)
    assert re.search(r"Completes \d\d:\d\d:\d\d in \d+ s , if nothing more urgent arrives", said)
    assert "Why it waits 2 HIGH batches of 1 ingestion go first 2 slots open before its next one, at" in said
    assert "Calls 0 0 of an id again in 0 slots Failed 0 ids of 14" in said
    assert title_of(browser.get(f"/ingestions/{ingestion_id}").text).startswith(
        f"{str(ingestion_id)[:8]} · 0 % done · done in"
    )


def test_one_that_a_quota_holds_up_says_which_one_and_until_when() -> None:
    simulation = Simulation(rate=replace(FIVE_SECONDS, quotas=(Quota(6, 7200 * SECOND),)))
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    ingestion_id = simulation.submit(range(1, 9))
    simulation.run_slot()
    simulation.run_slot()
    said = read(Browser(app.test_client(), simulation.clock, SECOND), ingestion_id)
    assert re.search(r"Why it waits the quota of 6 in 2 h is used up until [-\d]* ?\d\d:\d\d:\d\d ", said)


def test_its_times_are_those_of_the_api(browser: Browser, simulation: Simulation) -> None:
    path = f"/ingestions/{simulation.submit(range(1, 24), 'LOW')}"
    simulation.run_slot()
    found = browser.get(path, headers={"Accept": "application/json"}).get_json()
    html = browser.get(path).text
    for name in ("starts_at", "completes_at", "created_at"):
        assert f'<time datetime="{found[name]}"' in html
    batches = browser.get(f"{path}/batches").get_json()["batches"]
    rows = html.partition("Batches around now</h2>")[2].split("<tr data-key=")[1:]
    assert len(rows) == 5
    for batch, row in zip(batches, rows, strict=False):
        assert f'<time datetime="{batch["started_at"]}"' in row
        assert [int(one) for one in re.findall(r'<span class="id">(\d+)', row)] == batch["ids"]
        assert f'/batches?after={batch["number"] - 1}"' in row


def test_one_under_way_shows_calls_failures_and_what_came_of_its_batches(
    browser: Browser, simulation: Simulation
) -> None:
    answers = {1: failing({1}, FINAL, calls=9), 4: failing({4}, PASSING)}
    simulation.upstream.answer = lambda one, number: answers.get(one, answers[4])(one, number)
    ingestion_id = simulation.submit(range(1, 9))
    simulation.run_slot()
    simulation.run_slot()
    said = read(browser, ingestion_id)
    assert "◐ triggered MEDIUM 8 ids in 3 batches" in said
    assert "1 33 % 1 33 % 1 33 %" in said
    assert "Calls 6 0 of an id again in 2 slots Failed 1 id of 8" in said
    assert "Errors Ids Error For example 1 ✕ HTTP 404 Not Found 1" in said
    simulation.run()
    said = read(browser, ingestion_id)
    assert "✓ completed MEDIUM" in said
    assert "Calls 9 1 of an id again in 4 slots Failed 1 id of 8" in said
    assert re.search(r"Completed \d\d:\d\d:\d\d \d+\.000 s after it started", said)
    assert "Why it waits" not in said


def test_failures_are_marked_below_the_strip_and_lead_to_their_results(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.upstream.answer = failing({5, 6, 12}, FINAL, calls=9)
    ingestion_id = simulation.submit(range(1, 13))
    simulation.run()
    html = browser.get(f"/ingestions/{ingestion_id}").text
    assert re.findall(r"batch (\d): (\d ids?) failed", html) == [("1", "2 ids"), ("3", "1 id")]
    assert 'viewBox="0 0 4 100"' in html
    assert 'role="img" aria-label="Of 4 batches: 4 completed, 0 triggered, 0 yet to start"' in html
    link = re.findall(r'href="(/ingestions/[^"]+/results\?after=\d+&amp;limit=1)"', html)[0].replace("&amp;", "&")
    assert browser.get(link).get_json()["results"][0]["id"] == 12


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_its_results_are_a_click_away(browser: Browser, simulation: Simulation, form: str) -> None:
    ingestion_id = simulation.submit([1])
    simulation.run()
    html = browser.get(f"/ingestions/{ingestion_id}").text
    (path,) = re.findall(rf'href="([^"]+format={form})" download>', html)
    answer = browser.get(path)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="results-{ingestion_id}.{form}"'


def test_what_made_it_later_leads_to_the_ingestion_that_did(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit(range(1, 9), "LOW")
    simulation.run_slot()
    simulation.write_down_slips()
    urgent = simulation.submit(range(20, 27), "HIGH")
    simulation.write_down_slips()
    page = browser.get(f"/ingestions/{ingestion_id}").text
    assert f"+3 slots 15.000 s ingestion {str(urgent)[:8]} , HIGH" in text_of(page)
    assert f'href="/ingestions/{urgent}"' in page


def test_a_deadline_shows_whether_it_holds(browser: Browser, simulation: Simulation) -> None:
    due = simulation.clock.wall() + 30 * SECOND
    ingestion_id = simulation.service.submit(range(1, 9), Priority.LOW, deadline=due)
    assert re.search(r"Deadline \d\d:\d\d:\d\d ✓ it holds , with \d+\.\d+ s to spare", read(browser, ingestion_id))
    simulation.submit(range(20, 60), "HIGH")
    assert re.search(
        r"✕ it does not hold: \d+\.\d+ s too late|✕ it does not hold: 1 min", read(browser, ingestion_id)
    )
    simulation.run()
    assert "✕ it was not met" in read(browser, ingestion_id)


def test_a_pause_is_the_reason_and_no_time_is_known(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1, 2])
    simulation.service.pause()
    said = read(browser, ingestion_id)
    assert "no batch starts while the pause lasts" in said
    assert "Starts not known while the pause lasts Completes not known while the pause lasts" in said
    assert re.search(r"Why it waits paused by an operator since \d\d:\d\d:\d\d , until somebody resumes", said)


def test_a_pause_of_the_upstream_is_the_reason(browser: Browser, simulation: Simulation) -> None:
    simulation.upstream.answer = failing(set(range(9)), PAUSING)
    ingestion_id = simulation.submit(range(1, 9))
    simulation.run_slot()
    assert re.search(r"the upstream asked for a pause until \d\d:\d\d:\d\d", read(browser, ingestion_id))


@pytest.mark.parametrize("slots", [0, 1])
def test_one_that_was_cancelled_says_so(browser: Browser, simulation: Simulation, slots: int) -> None:
    ingestion_id = simulation.submit(range(1, 9))
    for _ in range(slots):
        simulation.run_slot()
    simulation.service.cancel(ingestion_id)
    said = read(browser, ingestion_id)
    assert "⊘ cancelled MEDIUM" in said
    assert f"{slots} {100 * slots // 3} % 0 0 % {3 - slots}" in said
    assert "Completes never it was cancelled" in said
    assert ("Starts never it was cancelled before" in said) == (slots == 0)


def test_the_last_calls_of_one_are_said_to_be_under_way(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit([1])
    slot = simulation.engine.open()
    assert slot is not None
    said = read(browser, ingestion_id)
    assert "the last ones are being called" in said
    assert "Completes soon when the calls under way have ended" in said
    simulation.finish(slot)


def test_text_of_others_is_shown_as_text(browser: Browser, simulation: Simulation) -> None:
    simulation.upstream.answer = lambda *_: Answer(error=HOSTILE)
    ingestion_id = simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    sequence = simulation.service.reports.progress(ingestion_id).sequence
    simulation.records.add_slips({sequence: Slip(5, 1, 5 * SECOND, HOSTILE)})
    for path in (f"/ingestions/{ingestion_id}", f"/board/ingestions/{ingestion_id}"):
        html = browser.get(path).text
        assert "<img" not in html
        assert html.count(HARMLESS) == 2


@pytest.mark.parametrize("unknown", [str(UUID(int=0)), "nope", "%3Cb%3E"])
def test_an_unknown_one_is_not_found(browser: Browser, unknown: str) -> None:
    for path in (f"/ingestions/{unknown}", f"/board/ingestions/{unknown}"):
        assert browser.get(path).status_code == 404


def test_the_page_has_no_script_and_no_style_of_its_own(browser: Browser, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, FINAL, calls=9)
    ingestion_id = simulation.submit(range(1, 30))
    simulation.run_slot()
    html = browser.get(f"/ingestions/{ingestion_id}").text
    assert re.findall(r"<script(?! src=)|<style| style=| on[a-z]+=|javascript:", html) == []
    mounted = browser.get(f"/ingestions/{ingestion_id}", headers={"X-Forwarded-Prefix": "/svc"}).text
    addresses = re.findall(r'(?:href|src|data-poll)="([^"#]+)"', mounted)
    assert [one for one in addresses if not one.startswith("/svc/")] == []


def test_the_page_of_a_million_ids_is_small(browser: Browser, simulation: Simulation) -> None:
    ingestion_id = simulation.submit(range(1, 1_000_001))
    simulation.run_slot()
    page = browser.get(f"/ingestions/{ingestion_id}")
    assert "1 000 000 ids in 333 334 batches" in text_of(page.text).replace("\u202f", " ")
    assert len(page.data) < 20_000


def test_it_reads_itself_again_without_javascript_until_nothing_can_change(
    browser: Browser, simulation: Simulation
) -> None:
    path = f"/ingestions/{simulation.submit([1])}"
    assert 'http-equiv="refresh"' in browser.get(path).text
    simulation.run()
    assert "http-equiv" not in browser.get(path).text
