"""Files of the pages, and answers, on their way to browsers."""

import gzip

import pytest
from werkzeug.test import TestResponse

from ingest_service.web.board.files import DIGEST, FILES
from tests.web.board.browsing import Browser

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def of_file(browser: Browser, name: str, headers: dict[str, str]) -> TestResponse:
    return browser.get(f"/board/files/{DIGEST}/{name}", headers=headers)


def test_a_browser_gets_every_file_compressed(browser: Browser) -> None:
    for name, file in FILES.items():
        answer = of_file(browser, name, GZIP)
        assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(answer.data) == file.content
        assert answer.content_length == len(answer.data)


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0"}])
def test_a_client_that_cannot_undo_it_gets_the_file_as_it_is(browser: Browser, headers: dict[str, str]) -> None:
    answer = of_file(browser, "board.js", headers)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.data == FILES["board.js"].content
    assert answer.mimetype == "text/javascript"


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_a_file_that_the_browser_has_is_not_sent_again(browser: Browser, headers: dict[str, str]) -> None:
    tag = of_file(browser, "board.css", headers).headers["ETag"]
    again = of_file(browser, "board.css", {**headers, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["unknown.js", "../views.py", "vendor/../../views.py"])
def test_there_is_nothing_but_the_files(browser: Browser, name: str) -> None:
    assert of_file(browser, name, {}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/board"])
def test_a_page_and_its_part_are_compressed_and_not_sent_again(browser: Browser, path: str) -> None:
    answer = browser.get(path, headers=GZIP)
    assert gzip.decompress(answer.data).startswith((b"<!DOCTYPE html>", b'<div id="live"'))
    if path == "/board":
        again = browser.get(path, headers={**GZIP, "If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
