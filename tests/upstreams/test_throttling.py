"""The headers with which APIs ask for no more calls, as the documentation lists them."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from ingest_service.clock import NANOSECONDS
from ingest_service.upstreams.responses import read_error
from ingest_service.upstreams.throttling import asked_pause
from tests.docs.markdown import ROOT, code_spans, rows

WALL = 1_700_000_000 * NANOSECONDS  # Tue, 14 Nov 2023 22:13:20 GMT
DOCUMENTED = rows(ROOT / "docs/upstream.md", "API")


def pause_of(status: int, **headers: str) -> float | None:
    """Return the seconds of the pause that these headers ask for, named with underscores."""
    given = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    pause = asked_pause(status, given, WALL)
    return None if pause is None else pause / NANOSECONDS


@pytest.mark.parametrize("row", DOCUMENTED, ids=lambda row: row[0].split("]")[0].strip("["))
def test_the_signal_of_each_api_in_the_table_is_understood(row: list[str]) -> None:
    _, signal, pause = row
    status, *lines = code_spans(signal)
    headers = CaseInsensitiveDict(dict(line.split(": ", 1) for line in lines))
    answer = read_error(int(status), headers, WALL)
    assert answer.retryable
    assert answer.pause == (None if pause == "none" else int(pause.removesuffix(" s")) * NANOSECONDS)


def test_the_table_has_the_apis_that_are_asked_about_most() -> None:
    names = " ".join(name for name, *_ in DOCUMENTED)
    assert all(name in names for name in ("GitHub", "Okta", "HubSpot", "Shopify", "Stripe", "Twitter", "IETF"))


def test_a_retry_after_counts_before_all_others() -> None:
    others = {"RateLimit": '"a";r=0;t=50', "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "70"}
    assert pause_of(429, Retry_After="3", **others) == 3
    assert pause_of(429, Retry_After="soon", **others) == 70


@pytest.mark.parametrize("status", [401, 404, 408, 500, 502, 503])
def test_the_headers_of_a_limit_count_on_429_and_403_only(status: int) -> None:
    used_up = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "70"}
    assert pause_of(status, **used_up) is None
    assert pause_of(429, **used_up) == pause_of(403, **used_up) == 70


@pytest.mark.parametrize("name", ["RateLimit", "X_RateLimit", "X_Rate_Limit"])
@pytest.mark.parametrize(
    ("left", "reset", "pause"),
    [
        ("0", "30", 30),
        ("0", "0.2", 1),
        ("0", "1700000030", 30),
        ("0", "1700000030.25", 31),
        ("0", "1699999990", 0),
        ("0", "999999999", 999_999_999),
        ("1", "30", None),
        ("-1", "30", None),
        ("", "30", None),
        ("none", "30", None),
    ],
)
def test_a_reset_is_a_wait_or_a_time_where_nothing_is_left(
    name: str, left: str, reset: str, pause: float | None
) -> None:
    assert pause_of(429, **{f"{name}_Remaining": left, f"{name}_Reset": reset}) == pause


def test_a_reset_without_what_is_left_and_what_is_left_without_a_reset_say_nothing() -> None:
    assert pause_of(429, X_RateLimit_Reset="30") is None
    assert pause_of(429, X_RateLimit_Remaining="0") is None


def test_an_absurd_reset_is_logged_and_ignored(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert pause_of(429, X_RateLimit_Remaining="0", X_RateLimit_Reset="tomorrow") is None
    assert caplog.messages == ["an absurd X-RateLimit-Reset of the upstream is ignored: 'tomorrow'"]


@pytest.mark.parametrize(
    ("policies", "pause"),
    [
        ('"default";r=0;t=30', 30),
        ("default;r=0;t=30", 30),
        ('"default"; t=30 ; r=0', 30),
        ('"a, b;r=5";r=0;t=30', 30),
        ('"burst";r=0;t=2, "daily";r=0;t=3600', 3600),
        ('"burst";r=9;t=60, "daily";r=0;t=5', 5),
        ('"default";r=0;t=30;pk=:QWxhZGRpbg==:', 30),
        ('"default";r=1;t=30', None),
        ('"default";r=0', None),
        ('"default";t=30', None),
        ("limit=100, remaining=0, reset=30", 30),
        ("limit=100,remaining=3,reset=30", None),
        ("", None),
        (",;=;", None),
    ],
)
def test_of_the_policies_of_the_draft_the_longest_that_is_used_up_counts(
    policies: str, pause: float | None
) -> None:
    assert pause_of(429, RateLimit=policies) == pause


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_is_read_without_an_error_and_never_as_a_negative_pause(
    after: str, policies: str, left: str, reset: str
) -> None:
    pause = pause_of(429, Retry_After=after, RateLimit=policies, RateLimit_Remaining=left, RateLimit_Reset=reset)
    assert pause is None or pause >= 0
