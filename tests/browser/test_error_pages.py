"""A page of an error in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.watched import JUDGED
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow

# The console of the browser has a line for every answer that is an error.
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"
HOSTILE = "/%3Cimg%20src=x%20onerror=alert(1)%3E%E2%80%AE/" + 30 * "long"


def test_everyone_can_read_a_page_of_an_error(start: Start, look: Open) -> None:
    start().until_healthy()
    one = look(HOSTILE, **JUDGED)
    expect(one.page.get_by_role("heading", level=1)).to_have_text("Not found")
    expect(one.page.get_by_text("there is nothing at /<img src=x onerror=alert(1)>\\u202e/")).to_be_visible()
    assert one.obstacles() == []
    one.page.get_by_role("link", name="Go to the board").click()
    expect(one.page.get_by_text("No departures.")).to_be_visible()
    one.complaints.remove(NOT_FOUND)
