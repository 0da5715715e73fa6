"""The page from which ids are submitted, as the server sends it."""

import re
from urllib.parse import urljoin

import pytest

from tests.web.board.browsing import Browser, text_of

PAGE = "/board/submit"


def test_the_page_of_a_submission_names_the_limits_and_the_priorities(browser: Browser) -> None:
    page = browser.get(PAGE)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    said = text_of(page.text)
    assert "Whole numbers from 1 to 1 000 000 007" in said
    assert "At most 1 000 000 at once" in said
    assert re.findall(r'name="priority" value="(\w+)"( checked)?', page.text) == [
        ("HIGH", ""),
        ("MEDIUM", " checked"),
        ("LOW", ""),
    ]


def test_without_javascript_it_says_so_and_shows_the_commands(browser: Browser) -> None:
    html = browser.get(PAGE).text
    assert '<noscript><p class="card need">The form needs JavaScript' in html
    assert '<form id="submission" class="card" hidden' in html
    said = text_of(html)
    assert """curl -s ' http://localhost/ ingest' -d '{"ids": [1, 2, 3], "priority": "MEDIUM"}'""" in said
    assert "ingestctl --url ' http://localhost/ ' submit --priority medium --dry-run @ids.txt" in said


def test_the_page_of_a_submission_does_not_load_itself_again(browser: Browser) -> None:
    assert 'http-equiv="refresh"' in browser.get("/").text
    assert 'http-equiv="refresh"' not in browser.get(PAGE).text


def test_the_board_leads_to_the_page_of_a_submission(browser: Browser) -> None:
    assert '<a href="/board/submit">Submit</a>' in browser.get("/").text
    assert '<a href="/board/submit" aria-current="page">Submit</a>' in browser.get(PAGE).text


def test_a_name_of_the_service_that_is_no_name_is_shown_as_text(browser: Browser) -> None:
    html = browser.get(PAGE, headers={"Host": "a'<b>.example"}).text
    assert "a'<b>" not in html


def test_the_page_of_a_submission_has_no_script_and_no_style_of_its_own(browser: Browser) -> None:
    html = browser.get(PAGE).text
    assert re.findall(r"<script(?! src=)|<style| style=| on[a-z]+=|javascript:", html) == []


def test_its_scripts_are_files_of_the_pages(browser: Browser) -> None:
    html = browser.get(PAGE).text
    (module,) = re.findall(r'src="([^"]+)" type="module"', html)
    for name in re.findall(r'from "./(\w+\.js)"', browser.get(module, buffered=True).text):
        answer = browser.get(urljoin(module, name), buffered=True)
        assert answer.status_code == 200
        assert "javascript" in answer.headers["Content-Type"]
    (reader,) = re.findall(r'data-reader="([^"]+)"', html)
    assert "script-src 'self'" in browser.get(reader, buffered=True).headers["Content-Security-Policy"]


def test_a_page_that_has_not_changed_is_not_sent_again(browser: Browser) -> None:
    tag = browser.get(PAGE).headers["ETag"]
    again = browser.get(PAGE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "mount", [{"environ_overrides": {"SCRIPT_NAME": "/svc"}}, {"headers": {"X-Forwarded-Prefix": "/svc"}}]
)
def test_below_a_path_the_form_asks_below_it(browser: Browser, mount: dict[str, dict[str, str]]) -> None:
    html = browser.get(PAGE, **mount).text
    assert 'data-ingest="/svc/ingest" data-ingestions="/svc/ingestions"' in html
    addresses = re.findall(r'(?:href|src|data-good|data-bad|data-reader|data-ingest)="([^"#]+)"', html)
    assert [one for one in addresses if not one.startswith("/svc/")] == []
    assert "curl -s 'http://localhost/svc/ingest'" in re.sub("<.*?>", "", html).replace("&#39;", "'")
