"""Submitting from the page, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import ELSEWHERE, Open
from tests.browser.forms import SUBMIT, UNHURRIED, Form, forgive, ids_of, listed
from tests.browser.proxy import Proxy
from tests.browser.watched import JUDGED
from tests.processes.client import HOST, Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow


def test_what_is_pasted_is_shown_as_a_plan_first_and_then_travels(
    start: Start, client: Client, look: Open
) -> None:
    start(INGEST_INTERVAL_SECONDS="1").until_healthy()
    form = Form(look(SUBMIT).page)
    form.plan_for("3 1 2\n10-11, 3", "HIGH")
    expect(form.found).to_have_text("✓ 6 ids · 1 duplicate kept")
    expect(form.plan).to_be_focused()
    expect(form.plan).to_contain_text("Takes2 slots the next ones")
    expect(form.plan).to_contain_text("Delays nothing else.")
    assert listed(client) == []
    form.page.get_by_role("button", name="Submit 6 ids as HIGH").click()
    ingestion_id = form.submitted()
    assert ids_of(client, ingestion_id) == [3, 1, 2, 10, 11, 3]
    assert [one["priority"] for one in listed(client)] == ["HIGH"]
    eventually(lambda: client.completed(ingestion_id))


def test_the_plan_names_the_ingestions_that_would_be_later(start: Start, client: Client, look: Open) -> None:
    start(INGEST_INTERVAL_SECONDS="60").until_healthy()
    low = client.submit(range(1, 10), "LOW")
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2 3 4", "HIGH")
    expect(form.plan).to_contain_text("Delays 1 other ingestion.")
    row = form.plan.locator("tbody tr")
    expect(row).to_contain_text(re.compile("LOW.*2 min 00 s"))
    expect(row.get_by_role("link", name=low[:8])).to_have_attribute("href", f"/ingestions/{low}")


def test_a_plan_that_is_changed_must_be_asked_for_again(start: Start, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2")
    form.page.get_by_label("LOW").check()
    expect(form.plan).to_be_hidden()
    form.ask()
    expect(form.submit).to_have_text("Submit 2 ids as LOW")
    form.plan.get_by_role("button", name="Change it").click()
    expect(form.text).to_be_focused()
    expect(form.plan).to_be_hidden()


def test_a_double_click_submits_once(start: Start, client: Client, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2 3")
    form.submit.dblclick()
    form.submitted()
    assert len(listed(client)) == 1
    form.page.goto(form.page.url.partition("/ingestions")[0] + SUBMIT)
    form.plan_for("1 2 3")
    form.submit.click()
    form.submitted()
    assert len(listed(client)) == 2


@pytest.mark.parametrize("again", ["button", "plan", "reload"])
def test_after_a_lost_answer_submitting_again_submits_once(
    start: Start, client: Client, look: Open, again: str
) -> None:
    process = start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2 3")

    def lose(route: Route) -> None:
        route.fetch()
        process.kill()
        route.abort("connectionreset")

    form.page.route("**/ingest", lose, times=1)
    form.submit.click()
    expect(form.trouble).to_contain_text("No answer came")
    expect(form.trouble).to_contain_text("submitting them again changes nothing")
    form.submit.click()
    expect(form.submit).to_be_enabled()
    start(**UNHURRIED).until_healthy()
    if again == "reload":
        form.page.reload()
    if again != "button":
        form.plan_for("1-3")
    form.submit.click()
    assert form.submitted() == listed(client)[0]["ingestion_id"]
    assert len(listed(client)) == 1


def test_a_deadline_that_would_be_missed_is_said_before_it_is_submitted(
    start: Start, client: Client, look: Open
) -> None:
    start(**UNHURRIED).until_healthy()
    client.submit([1], "HIGH")
    form = Form(look(SUBMIT, timezone_id="Asia/Kolkata").page)
    by = form.page.get_by_label("Deadline")
    by.fill("2020-01-01T05:30")
    form.plan_for("1 2 3 4")
    expect(form.plan).to_contain_text("missed by")
    expect(form.plan.locator("#meets time")).to_have_attribute("datetime", "2020-01-01T00:00:00.000Z")
    expect(form.submit).to_be_hidden()
    by.fill("2200-01-01T05:30")
    form.ask()
    expect(form.plan).to_contain_text("✓ holds")
    form.submit.click()
    form.submitted()
    assert listed(client)[0]["deadline"] == "2200-01-01T00:00:00.000Z"


def test_a_deadline_of_a_far_year_is_refused_in_words(start: Start, client: Client, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    page = look(SUBMIT, timezone_id="America/New_York")
    form = Form(page.page)
    by = form.page.get_by_label("Deadline")
    form.text.fill("1 2")
    by.fill("12025-01-01T00:00")
    # The browser says it in its own words, before the form does.
    assert by.evaluate("field => field.validationMessage") != ""
    by.evaluate("field => { field.form.noValidate = true; }")
    form.ask()
    expect(form.trouble).to_contain_text("The deadline cannot be read")
    by.fill("9999-12-31T23:59")
    form.ask()
    expect(form.trouble).to_contain_text("must be a time before 2262")
    assert listed(client) == []
    forgive(page)


def test_that_it_was_submitted_is_said_once(start: Start, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2 3")
    form.submit.click()
    form.submitted()
    note = form.page.get_by_text("Submitted: the ids are stored")
    expect(form.page).not_to_have_url(re.compile("#"))
    expect(note).to_be_visible()
    form.page.reload()
    expect(note).to_be_hidden()


def test_a_refusal_is_said_in_words_and_the_text_is_kept(start: Start, client: Client, look: Open) -> None:
    start(INGEST_MAX_PENDING_IDS="4", **UNHURRIED).until_healthy()
    page = look(SUBMIT)
    form = Form(page.page)
    form.plan_for("1 2 3 4")
    client.submit([9, 9], "HIGH")
    client.submit([9, 9], "HIGH")
    form.submit.click()
    expect(form.trouble).to_contain_text("Backlog full")
    expect(form.trouble).to_contain_text(
        re.compile(r"there will be room for these at \d.*can be tried again in \d")
    )
    assert form.text.input_value() == "1 2 3 4"
    forgive(page)
    form.page.route("**/ingest*", lambda route: route.fulfill(status=413, body="<h1>Too large</h1>"))
    form.ask()
    expect(form.trouble).to_contain_text("The answer was 413")
    expect(form.plan).to_be_hidden()
    forgive(page)


def test_while_the_dispatcher_is_paused_the_plan_says_so(start: Start, client: Client, look: Open) -> None:
    start().until_healthy()
    client.ask("POST", "/dispatcher/pause")
    form = Form(look(SUBMIT).page)
    form.plan_for("1 2 3 4")
    expect(form.plan).to_contain_text("Startswhen an operator resumes")
    expect(form.submit).to_be_visible()


def test_everyone_can_submit(start: Start, client: Client, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    client.submit(range(1, 100), "LOW")
    page = look(SUBMIT, **JUDGED)
    form = Form(page.page)
    form.text.fill("one\n1")
    expect(form.found.get_by_role("listitem")).to_have_count(0)
    form.text.fill("x1\n1")
    expect(form.found.get_by_role("listitem")).to_have_count(1)
    assert page.obstacles() == []
    form.page.get_by_label("Deadline").fill("2020-01-01T05:30")
    form.plan_for("1-100", "HIGH")
    assert page.obstacles() == []


def test_it_works_with_the_keyboard_alone(start: Start, client: Client, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.text.focus()
    keyboard = form.page.keyboard
    keyboard.type("4 5")
    for key in ("Tab", "Tab", "ArrowUp", "Tab", "Tab"):
        keyboard.press(key)
    form.page.get_by_role("button", name="See when it would run").focus()
    keyboard.press("Enter")
    expect(form.plan).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    ingestion_id = form.submitted()
    assert ids_of(client, ingestion_id) == [4, 5]
    assert listed(client)[0]["priority"] == "HIGH"


@pytest.mark.parametrize(
    ("host", "headers"),
    [(HOST, ""), (ELSEWHERE, "proxy_set_header X-Forwarded-Host $http_host;")],
    ids=["this machine", "plain HTTP from elsewhere"],
)
def test_it_works_below_a_path_of_a_proxy_that_rewrites_the_host(
    start: Start, client: Client, look: Open, environ: dict[str, str], tmp_path: Path, host: str, headers: str
) -> None:
    start(**UNHURRIED).until_healthy()
    with Proxy(tmp_path, int(environ["INGEST_PORT"]), headers) as proxy:
        form = Form(look(proxy.below(host, SUBMIT)).page)
        form.plan_for("5 6")
        expect(form.page.get_by_text(f"curl -s '{proxy.below(host, '/ingest')}'", exact=False)).to_be_visible()
        form.submit.click()
        assert ids_of(client, form.submitted()) == [5, 6]
        assert form.page.url.startswith(proxy.below(host, "/ingestions/"))


def test_a_proxy_that_hides_the_name_of_the_page_is_named_in_the_refusal(
    start: Start, look: Open, environ: dict[str, str], tmp_path: Path
) -> None:
    start(**UNHURRIED).until_healthy()
    with Proxy(tmp_path, int(environ["INGEST_PORT"])) as proxy:
        page = look(proxy.below(ELSEWHERE, SUBMIT))
        form = Form(page.page)
        form.text.fill("5 6")
        form.ask()
        expect(form.trouble).to_contain_text(f"pages of http://{ELSEWHERE}:{proxy.port} may change nothing here")
        forgive(page)


def test_without_javascript_the_commands_are_shown(start: Start, look: Open) -> None:
    start().until_healthy()
    page = look(SUBMIT, java_script_enabled=False).page
    expect(page.locator(".need")).to_be_visible()
    expect(page.get_by_text(re.compile("ingestctl --url '.*' submit")).first).to_be_visible()
    expect(page.locator("#submission")).to_be_hidden()
