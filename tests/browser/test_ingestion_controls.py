"""Controls on the page of an ingestion in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.forms import SUBMIT, Form, forgive
from tests.browser.watched import JUDGED
from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

ON = {"INGEST_PAGE_CONTROLS": "1", "INGEST_INTERVAL_SECONDS": "600"}


def say_yes(page: Page, name: str) -> None:
    """Use a control, and the button of the same name in its dialog."""
    page.get_by_role("button", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def priority_of(client: Client, ingestion_id: str) -> str:
    return str(client.ask("GET", f"/ingestions/{ingestion_id}").content["priority"])


def test_without_the_setting_an_ingestion_has_no_controls(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="600").until_healthy()
    page = look(f"/ingestions/{client.submit(range(1, 10), 'LOW')}").page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".control")).to_have_count(0)


def test_the_priority_of_an_ingestion_is_changed(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    ingestion_id = client.submit(range(1, 10), "LOW")
    page = look(f"/ingestions/{ingestion_id}").page
    say_yes(page, "Make it HIGH")
    expect(page.get_by_text("✓ Its priority is HIGH now.")).to_be_visible()
    expect(page.get_by_role("button", name="Make it LOW")).to_be_visible()
    assert priority_of(client, ingestion_id) == "HIGH"


def test_an_ingestion_is_cancelled_with_the_keyboard(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    ingestion_id = client.submit(range(1, 10), "LOW")
    page = look(f"/ingestions/{ingestion_id}").page
    page.get_by_role("button", name="Cancel it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Cancel this ingestion?")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("✓ Cancelled: nothing more of it is called.")).to_be_visible()
    expect(page.locator(".control")).to_have_count(0)
    # The calls in flight finish first.
    eventually(lambda: client.status(ingestion_id)["status"] == "cancelled")


def test_a_change_that_comes_too_late_is_refused_in_words(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    ingestion_id = client.submit(range(1, 10), "LOW")
    page = look(f"/ingestions/{ingestion_id}")
    page.page.get_by_role("button", name="Make it HIGH").click()
    client.ask("DELETE", f"/ingestions/{ingestion_id}")
    page.page.get_by_role("dialog").get_by_role("button", name="Make it HIGH").click()
    expect(page.page.get_by_text("✕ Nothing to change")).to_be_visible()
    forgive(page)


def test_a_submission_from_the_page_leads_to_its_page_with_a_note(start: Start, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="600").until_healthy()
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2 3 4")
    form.submit.click()
    ingestion_id = form.submitted()
    expect(form.page.get_by_text("✓ Submitted: the ids are stored, and will be called.")).to_be_visible()
    expect(form.page.get_by_role("heading", level=1)).to_contain_text(ingestion_id)
    form.page.goto(form.page.url.partition("#")[0])
    expect(form.page.get_by_text("✓ Submitted")).to_be_hidden()


def test_everyone_can_use_the_controls_of_an_ingestion(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    path = f"/ingestions/{client.submit(range(1, 10), 'LOW')}"
    page = look(path, **JUDGED)
    page.page.get_by_role("button", name="Cancel it").click()
    assert page.obstacles() == []
    page.page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    assert page.obstacles() == []
