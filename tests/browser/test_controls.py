"""Controls of the pages in a real browser: each asks once, and says what came of it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ELSEWHERE, Open
from tests.browser.forms import forgive
from tests.browser.proxy import Proxy
from tests.browser.watched import JUDGED
from tests.processes.client import HOST, Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow

ON = {"INGEST_PAGE_CONTROLS": "1", "INGEST_INTERVAL_SECONDS": "600"}


def state(client: Client) -> str:
    return str(client.ask("GET", "/dispatcher").content["state"])


def say_yes(page: Page, name: str) -> None:
    """Use a control, and the button of the same name in its dialog."""
    page.get_by_role("button", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def test_without_the_setting_there_is_nothing_to_click(start: Start, client: Client, look: Open) -> None:
    start().until_healthy()
    client.submit(range(1, 10), "LOW")
    page = look().page
    expect(page.locator("tr.now")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    assert page.evaluate("[...document.scripts].filter((one) => one.src.includes('controls')).length") == 0


def test_the_board_pauses_and_resumes(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    client.submit(range(1, 10), "LOW")
    page = look().page
    say_yes(page, "Pause")
    expect(page.get_by_role("status")).to_contain_text("✓ Paused: no slot opens until it is resumed.")
    expect(page.get_by_text("paused by an operator since")).to_be_visible()
    assert state(client) == "paused"
    say_yes(page, "Resume")
    expect(page.get_by_role("status")).to_contain_text("✓ Resumed")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert state(client) == "running"


def test_with_the_keyboard_it_asks_once_and_the_focus_comes_back(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    page = look().page
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Pause the dispatcher?")
    expect(dialog.get_by_role("button", name="Leave it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(pause).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert state(client) == "running"
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("✓ Paused")
    expect(page.get_by_role("button", name="Resume")).to_be_focused()
    assert state(client) == "paused"


def test_a_dialog_stays_while_the_board_changes(start: Start, client: Client, look: Open) -> None:
    start(**ON).until_healthy()
    page = look().page
    page.get_by_role("button", name="Pause").click()
    client.ask("POST", "/dispatcher/pause")
    expect(page.get_by_text("paused by an operator since")).to_be_visible()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Pause the dispatcher?")
    dialog.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_contain_text("✓ Paused")


def test_what_is_refused_or_not_answered_is_said_in_words(
    start: Start, client: Client, look: Open, environ: dict[str, str], tmp_path: Path
) -> None:
    process = start(**ON).until_healthy()
    with Proxy(tmp_path, int(environ["INGEST_PORT"])) as proxy:
        foreign = look(proxy.below(ELSEWHERE, "/"))
        say_yes(foreign.page, "Pause")
        expect(foreign.page.get_by_role("status")).to_contain_text("may change nothing here")
        assert state(client) == "running"
        forgive(foreign)
    page = look().page
    page.get_by_role("button", name="Pause").click()
    process.kill()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_contain_text("No answer came")
    expect(page.get_by_role("status")).to_contain_text("It may have been done")


def test_a_control_works_below_a_path_of_a_proxy(
    start: Start, client: Client, look: Open, environ: dict[str, str], tmp_path: Path
) -> None:
    start(**ON).until_healthy()
    with Proxy(tmp_path, int(environ["INGEST_PORT"])) as proxy:
        page = look(proxy.below(HOST, "/")).page
        say_yes(page, "Pause")
        expect(page.get_by_role("status")).to_contain_text("✓ Paused")
        assert state(client) == "paused"


def test_everyone_can_use_the_controls(start: Start, look: Open) -> None:
    start(**ON).until_healthy()
    board = look(**JUDGED)
    board.page.get_by_role("button", name="Pause").click()
    assert board.obstacles() == []
    board.page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(board.page.get_by_role("status")).to_contain_text("✓ Paused")
    assert board.obstacles() == []


def test_without_javascript_no_button_that_does_nothing_is_shown(start: Start, look: Open) -> None:
    start(**ON).until_healthy()
    page = look(java_script_enabled=False).page
    expect(page.get_by_text("No departures.")).to_be_visible()
    expect(page.locator(".control")).to_be_hidden()
