"""Requests of HttpUpstream: exactly one for each call, to the configured address only."""

import socket

import pytest

from ingest_service.dispatch.fan_out import ThreadedFanOut
from ingest_service.domain.ledger import Answer
from ingest_service.spare_threads import SpareThreads
from ingest_service.upstreams.fake import FakeUpstream, redirect, status
from tests.upstreams.calling import MANY, PROCESSED, http_upstream

REDIRECTED = Answer(error="HTTP 302 Found: redirects are not followed", status=302)


def test_headers_are_sent_with_every_call() -> None:
    with FakeUpstream() as upstream:
        ours = http_upstream(upstream.url, headers={"Authorization": "Bearer abc", "X-Team": "records"})
        for record_id in (1, 2):
            ours.fetch(record_id, None)
        sent = [(arrival.headers["authorization"], arrival.headers["x-team"]) for arrival in upstream.arrivals]
    assert sent == [("Bearer abc", "records")] * 2


def test_a_user_in_the_url_replaces_no_header() -> None:
    with FakeUpstream() as upstream:
        url = upstream.url.replace("://", "://user:word@")
        http_upstream(url, headers={"authorization": "Bearer abc"}).fetch(1, None)
        assert [arrival.headers["authorization"] for arrival in upstream.arrivals] == ["Bearer abc"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_an_id_is_asked_for_by_the_method_that_is_set(method: str) -> None:
    with FakeUpstream() as upstream:
        assert http_upstream(upstream.url, method=method).fetch(5, None).answer == PROCESSED
        (arrival,) = upstream.arrivals
    assert (arrival.method, arrival.body) == (method, b"")
    assert "content-type" not in arrival.headers


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_has_the_id_in_each_of_its_places_and_is_json(method: str) -> None:
    body = '{"query": "{ item(id: {id}) { name } }", "ids": [{id}], "ü": "{id}"}'
    with FakeUpstream() as upstream:
        url = upstream.url.removesuffix("/{id}")
        assert http_upstream(url, method=method, body=body).fetch(5, None).answer == PROCESSED
        (arrival,) = upstream.arrivals
    assert arrival.body == '{"query": "{ item(id: 5) { name } }", "ids": [5], "ü": "5"}'.encode()
    assert (arrival.method, arrival.headers["content-type"]) == (method, "application/json")
    assert arrival.headers["content-length"] == str(len(arrival.body))


def test_the_content_type_of_a_body_can_be_set() -> None:
    headers = {"content-type": "application/vnd.api+json"}
    with FakeUpstream() as upstream:
        http_upstream(upstream.url, headers=headers, method="POST", body="[1]").fetch(5, None)
        (arrival,) = upstream.arrivals
    assert arrival.headers["content-type"] == "application/vnd.api+json"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_of_a_request_with_a_body_is_not_followed(code: int) -> None:
    with FakeUpstream(behaviour=redirect("/items/9", code)) as upstream:
        http_upstream(upstream.url, method="POST", body='{"id": {id}}').fetch(5, None)
        assert [arrival.method for arrival in upstream.arrivals] == ["POST"]


def test_cookies_are_not_kept() -> None:
    with FakeUpstream(behaviour=status(200, b"1", {"Set-Cookie": "session=abc; Path=/"})) as upstream:
        ours = http_upstream(upstream.url)
        assert [ours.fetch(5, None).answer.result for _ in range(3)] == ["1"] * 3
        assert not any("cookie" in arrival.headers for arrival in upstream.arrivals)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_followed_neither_here_nor_elsewhere(code: int) -> None:
    with FakeUpstream() as elsewhere, FakeUpstream() as upstream:
        for location in ("/items/9", elsewhere.url.format(id=9), "//" + elsewhere.url.format(id=9)[7:]):
            upstream.behaviour = redirect(location, code)
            answer = http_upstream(upstream.url).fetch(5, None).answer
            assert (answer.status, answer.retryable) == (code, False)
        assert elsewhere.arrivals == []
        assert [arrival.record_id for arrival in upstream.arrivals] == [5] * 3


@pytest.mark.parametrize(
    "location", ["", "/items/5", "http://[", "http://a:b/", "http://\xff\xfe/", "\x01", "x" * 9000]
)
def test_where_a_redirect_leads_does_not_matter(location: str) -> None:
    with FakeUpstream(behaviour=redirect(location)) as upstream:
        assert http_upstream(upstream.url).fetch(5, None).answer == REDIRECTED


def test_calls_side_by_side_do_not_disturb_each_other() -> None:
    with FakeUpstream(rate=MANY) as upstream:
        ours = http_upstream(upstream.url)
        answers = [
            call.answer
            for _ in range(60)
            for call in ThreadedFanOut(SpareThreads())(lambda record_id: ours.fetch(record_id, None), [5, 5, 5])
        ]
        assert answers == [PROCESSED] * 180
        assert len(upstream.arrivals) == 180


def test_a_connection_that_the_upstream_closed_meanwhile_costs_no_call() -> None:
    with FakeUpstream() as upstream:
        ours = http_upstream(upstream.url)
        assert ours.fetch(5, None).answer == PROCESSED
        upstream.stop()
        upstream.start()
        assert ours.fetch(5, None).answer == PROCESSED


def test_every_id_stands_where_the_template_says() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with FakeUpstream(port=port) as upstream:
        http_upstream(f"http://127.0.0.1:{port}/{{id}}/v1?again={{id}}").fetch(1_000_000_007, None)
        assert [arrival.record_id for arrival in upstream.arrivals] == [1_000_000_007]
