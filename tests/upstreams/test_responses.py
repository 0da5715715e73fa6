"""Meaning of an HTTP response: a result on one line, an error that passes, or one that is final."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Answer
from ingest_service.upstreams.responses import is_good, read_error, read_result

WALL = 1_700_000_000 * NANOSECONDS
REDIRECTED = "redirects are not followed"

FINAL = {
    301: f"HTTP 301 Moved Permanently: {REDIRECTED}",
    302: f"HTTP 302 Found: {REDIRECTED}",
    304: f"HTTP 304 Not Modified: {REDIRECTED}",
    307: f"HTTP 307 Temporary Redirect: {REDIRECTED}",
    308: f"HTTP 308 Permanent Redirect: {REDIRECTED}",
    399: f"HTTP 399: {REDIRECTED}",
    400: "HTTP 400 Bad Request",
    404: "HTTP 404 Not Found",
    409: "HTTP 409 Conflict",
    410: "HTTP 410 Gone",
    418: "HTTP 418 I'm a Teapot",
    499: "HTTP 499",
}
REFUSING = {
    401: "HTTP 401 Unauthorized",
    403: "HTTP 403 Forbidden",
    407: "HTTP 407 Proxy Authentication Required",
}
PASSING = {
    408: "HTTP 408 Request Timeout",
    425: "HTTP 425 Too Early",
    429: "HTTP 429 Too Many Requests",
    500: "HTTP 500 Internal Server Error",
    501: "HTTP 501 Not Implemented",
    502: "HTTP 502 Bad Gateway",
    503: "HTTP 503 Service Unavailable",
    504: "HTTP 504 Gateway Timeout",
    599: "HTTP 599",
}
RESULTS = {
    b'{"id": 5, "data": "processed"}': '{"id":5,"data":"processed"}',
    b'\r\n {\n\t"a": [1, 2.5, null, true]\n}\n': '{"a":[1,2.5,null,true]}',
    b"null": "null",
    b'"two\\nlines"': '"two\\nlines"',
    b'"\\u2028"': '"\\u2028"',
    '"ü\u2028\x85"'.encode(): '"ü\u2028\x85"',
    b'"\\u00fc\\/\\u0000"': '"\\u00fc\\/\\u0000"',
    b'[ "\\ud800", "\\uDFff \\" ", "\\ud83d\\ude00" ]': '["\\ud800","\\uDFff \\" ","\\ud83d\\ude00"]',
    b'"\\\\ud800"': '"\\\\ud800"',
    b'\xef\xbb\xbf{"a":1}': '{"a":1}',
    b"9" * 5000: "9" * 5000,
    b"[12345678901234567890.123456789, 1.00000000000000000001]": (
        "[12345678901234567890.123456789,1.00000000000000000001]"
    ),
    b"[1e400, -1E+400, 1.50, -0, -0.0]": "[1e400,-1E+400,1.50,-0,-0.0]",
    b'{"b": 1, "a": 2, "b": 3}': '{"b":1,"a":2,"b":3}',
    b"[" * 500 + b"]" * 500: "[" * 500 + "]" * 500,
}
NO_JSON = {
    "nothing": b"",
    "blank": b" \r\n",
    "half": b'{"id": 5, "da',
    "two": b"{} {}",
    "a page": b"<html></html>",
    "NaN": b"NaN",
    "Infinity": b'{"a": Infinity}',
    "-Infinity": b"[-Infinity]",
    "a bare line break": b'"a\nb"',
    "zero bytes": b"\x00" * 8,
    "half an escape": b'"\\u12',
    "half a half character": b'["\\ud800", "\\ud8',
    "half an array with a half character": b'["\\ud800"',
    "half of UTF-16": '{"a": 1}'.encode("utf-16")[:9],
    "a page in Latin-1": "<p>größer</p>".encode("latin-1"),
    "cut within a character": b'{"a": "\xc3',
    "0 in front": b"01",
    "a fraction of nothing": b"[1.]",
    "a comma too many": b"[1,]",
}
LEVELS = "the answer is JSON of too many levels"
ENCODING = "the answer is JSON, but not UTF-8"
NOT_KEPT = {
    "deep": (b"[" * 100_000 + b"]" * 100_000, LEVELS),
    "deep objects": (b'{"a":' * 3_000 + b"1" + b"}" * 3_000, LEVELS),
    "Latin-1": (b'{"a": "\xfc"}', ENCODING),
    "Latin-1 in a name": (b'{"\xfc": 1}', ENCODING),
    "a half character": (b'"\xed\xa0\x80"', ENCODING),
    "UTF-16": ('{"a": "ü"}'.encode("utf-16"), ENCODING),
    "UTF-32 without a mark": ('{"a": "ü"}'.encode("utf-32-be"), ENCODING),
}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 299])
def test_the_two_hundreds_are_good(status: int) -> None:
    assert is_good(status)


@pytest.mark.parametrize("status", [101, 103, 199, *FINAL, *REFUSING, *PASSING, 600, 999])
def test_all_others_are_not(status: int) -> None:
    assert not is_good(status)


@pytest.mark.parametrize(("status", "words"), FINAL.items())
def test_redirects_and_mistakes_are_final_and_ask_for_no_pause(status: int, words: str) -> None:
    assert read_error(status, {"Retry-After": "60"}, WALL) == Answer(error=words, status=status)


@pytest.mark.parametrize(("status", "words"), PASSING.items())
def test_a_temporary_error_can_be_retried(status: int, words: str) -> None:
    assert read_error(status, {}, WALL) == Answer(error=words, status=status, retryable=True)


@pytest.mark.parametrize("status", PASSING)
def test_of_these_only_429_and_503_ask_for_a_pause(status: int) -> None:
    asked = read_error(status, {"Retry-After": "60"}, WALL).pause
    assert asked == (60 * NANOSECONDS if status in (429, 503) else None)


@pytest.mark.parametrize(("status", "words"), REFUSING.items())
def test_an_answer_that_refuses_the_credentials_is_marked(status: int, words: str) -> None:
    answer = read_error(status, {}, WALL)
    assert answer == Answer(error=words, status=status, refused=True)
    assert not answer.accepts


def test_a_403_that_asks_for_a_pause_may_pass_and_refuses_nobody() -> None:
    answer = read_error(403, {"Retry-After": "60"}, WALL)
    assert answer == Answer(None, "HTTP 403 Forbidden", 403, retryable=True, pause=60 * NANOSECONDS)
    assert read_error(403, {"Retry-After": "0"}, WALL).retryable
    assert read_error(403, {"Retry-After": "soon"}, WALL).refused


def test_only_a_result_and_an_error_about_the_id_show_that_the_credentials_are_accepted() -> None:
    assert read_result(200, b"1").accepts
    assert read_error(404, {}, WALL).accepts
    assert not read_error(500, {}, WALL).accepts


@pytest.mark.parametrize(("body", "line"), RESULTS.items(), ids=lambda text: repr(text[:30]))
def test_a_result_is_one_line_of_json(body: bytes, line: str) -> None:
    assert read_result(200, body) == Answer(line, status=200)


@pytest.mark.parametrize("body", [b"", b"anything"])
def test_no_content_is_null(body: bytes) -> None:
    assert read_result(204, body) == Answer("null", status=204)


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("status", [200, 201])
def test_a_body_that_is_no_json_is_an_error_that_passes(status: int, body: bytes) -> None:
    assert read_result(status, body) == Answer(error="the answer is not JSON", status=status, retryable=True)


@pytest.mark.parametrize(("body", "words"), NOT_KEPT.values(), ids=NOT_KEPT)
def test_json_that_cannot_be_kept_is_a_final_error(body: bytes, words: str) -> None:
    assert read_result(200, body) == Answer(error=words, status=200)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values, st.integers(0, 4))
def test_any_json_is_kept_unchanged_on_one_line(value: object, indent: int) -> None:
    result = read_result(200, json.dumps(value, indent=indent, ensure_ascii=False).encode()).result
    assert result is not None
    assert json.loads(result) == value
    assert "\n" not in result
    assert "\r" not in result


@given(values)
def test_json_that_is_compact_is_kept_byte_for_byte(value: object) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)
        assert read_result(200, text.encode()).result == text


@given(st.binary())
def test_no_body_at_all_raises(body: bytes) -> None:
    answer = read_result(200, body)
    assert (answer.result is None) != (answer.error is None)
