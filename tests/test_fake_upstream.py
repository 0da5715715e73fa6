"""The fake upstream, from the side of its clients: it judges exactly and misbehaves exactly as it is told."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_upstream import (
    Arrival,
    Behaviour,
    FakeUpstream,
    Peer,
    choose,
    cut,
    drip,
    drip_headers,
    empty,
    first,
    flapping,
    for_arrivals,
    for_ids,
    garbage,
    half_json,
    hang,
    hang_up,
    html,
    huge,
    ok,
    redirect,
    reset_before,
    reset_in_body,
    slow,
    sometimes,
    status,
    too_many,
)
from tests.fake_upstream.answers import good_response
from tests.fake_upstream.arrivals import most_in_a_span
from tests.fake_upstream.report import line, summary

PATIENCE = 30.0  # seconds: only a broken test waits so long
MANY = 1_000_000
AN_ARRIVAL = Arrival(1, 5, 1, opened_ns=0, started_ns=0, headers={}, refused=False)


class StillClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = 1_000

    def __call__(self) -> int:
        return self.time


class RecordingPeer(Peer):
    """Keeps what it is sent, and how many seconds it is let wait, and does neither."""

    def __init__(self) -> None:
        self.steps: list[bytes | float | None] = []

    def begin(self, status: int) -> None:
        assert status == 200

    def send(self, piece: bytes) -> None:
        self.steps.append(piece)

    def finish(self, piece: bytes) -> None:
        self.steps.append(piece)

    def wait(self, seconds: float | None) -> None:
        self.steps.append(seconds)


def port_of(upstream: FakeUpstream) -> int:
    return int(upstream.url.split(":")[2].split("/")[0])


@contextmanager
def connected(upstream: FakeUpstream) -> Iterator[HTTPConnection]:
    with closing(HTTPConnection("127.0.0.1", port_of(upstream), timeout=PATIENCE)) as connection:
        yield connection


def ask(upstream: FakeUpstream, path: str = "/items/5") -> tuple[HTTPResponse, bytes]:
    with connected(upstream) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response, response.read()


def codes(upstream: FakeUpstream, ids: list[int]) -> list[int]:
    return [ask(upstream, f"/items/{record_id}")[0].status for record_id in ids]


@contextmanager
def asked(upstream: FakeUpstream, request: bytes = b"GET /items/5 HTTP/1.1\r\n\r\n") -> Iterator[socket.socket]:
    """Give the raw connection on which this was just sent."""
    with socket.create_connection(("127.0.0.1", port_of(upstream)), timeout=PATIENCE) as connection:
        connection.sendall(request)
        yield connection


def read_into(received: bytearray, connection: socket.socket) -> None:
    for piece in iter(lambda: connection.recv(65_536), b""):
        received += piece


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    read_into(received, connection)
    return bytes(received)


@contextmanager
def behaving(behaviour: Behaviour) -> Iterator[FakeUpstream]:
    with FakeUpstream(rate=MANY, behaviour=behaviour) as upstream:
        yield upstream


def await_arrivals(upstream: FakeUpstream, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(upstream.arrivals) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


# The good answer, and how it is asked for.


@pytest.mark.parametrize("path", ["/items/5", "/5", "/a/b/5", "/items?id=5"])
def test_any_path_that_ends_in_the_id_is_answered_with_it(path: str) -> None:
    with behaving(ok()) as upstream:
        response, body = ask(upstream, path)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == {"id": 5, "data": "processed"}


def test_the_url_is_a_template_for_the_id() -> None:
    with FakeUpstream() as upstream:
        assert upstream.url == f"http://127.0.0.1:{port_of(upstream)}/items/{{id}}"


@pytest.mark.parametrize(
    "request_line", [b"GET /items/ HTTP/1.1", b"POST /items/5 HTTP/1.1", b"GET /items/5", b"\x00\xff", b""]
)
def test_what_asks_for_no_id_is_not_found_and_no_arrival(request_line: bytes) -> None:
    with behaving(ok()) as upstream:
        with asked(upstream, request_line + b"\r\n\r\n") as connection:
            assert connection.recv(12) == b"HTTP/1.1 404"
        assert upstream.arrivals == []


def test_a_connection_is_kept_for_the_next_request() -> None:
    with behaving(ok()) as upstream, connected(upstream) as connection:
        sockets = []
        for _ in range(3):
            connection.request("GET", "/items/5")
            sockets.append(connection.sock)
            connection.getresponse().read()
    assert sockets[0] is not None
    assert len(set(sockets)) == 1


@pytest.mark.parametrize(
    "request_head", [b"GET /items/5 HTTP/1.0\r\n\r\n", b"GET /items/5 HTTP/1.1\r\nConnection: close\r\n\r\n"]
)
def test_a_connection_is_closed_for_those_who_do_not_keep_it(request_head: bytes) -> None:
    with behaving(ok()) as upstream, asked(upstream, request_head) as connection:
        assert everything(connection).endswith(b'"processed"}')


# The book.


def test_an_arrival_is_stamped_by_the_clock_of_the_upstream() -> None:
    before = time.monotonic_ns()
    with behaving(status(503)) as upstream:
        ask(upstream)
    (arrival,) = upstream.arrivals
    assert arrival.ended_ns is not None
    assert before <= arrival.opened_ns <= arrival.started_ns <= arrival.ended_ns <= time.monotonic_ns()
    assert (arrival.number, arrival.record_id, arrival.attempt, arrival.status) == (1, 5, 1, 503)


def test_an_arrival_keeps_its_headers_under_lower_case_names() -> None:
    with behaving(ok()) as upstream, asked(upstream, b"GET /5 HTTP/1.0\r\nX-Trace:  a:b \r\n\r\n") as connection:
        everything(connection)
    assert upstream.arrivals[0].headers == {"x-trace": "a:b"}


def test_attempts_are_counted_for_every_id() -> None:
    with behaving(ok()) as upstream:
        codes(upstream, [5, 6, 5])
    assert [(a.number, a.record_id, a.attempt) for a in upstream.arrivals] == [(1, 5, 1), (2, 6, 1), (3, 5, 2)]


def test_nothing_has_arrived_before_the_headers_are_whole() -> None:
    with behaving(ok()) as upstream, asked(upstream, b"GET /items/5 HTTP/1.1\r\nHost: x\r\n") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == b""
    assert upstream.arrivals == []


def test_an_answered_request_has_ended_before_its_client_can_ask_again() -> None:
    with behaving(ok()) as upstream, connected(upstream) as connection:
        for record_id in range(200):
            connection.request("GET", f"/items/{record_id}")
            connection.getresponse().read()
    assert upstream.most_in_work() == 1


def test_a_request_whose_client_gave_up_has_ended_before_the_next_arrives() -> None:
    with behaving(hang()) as upstream:
        for number in range(1, 51):
            with asked(upstream):
                await_arrivals(upstream, number)
    assert upstream.most_in_work() == 1


def test_requests_side_by_side_are_in_work_together() -> None:
    with behaving(hang()) as upstream:
        with asked(upstream), asked(upstream), asked(upstream):
            await_arrivals(upstream, 3)
            assert not upstream.wait_idle(0)
            assert [arrival.ended_ns for arrival in upstream.arrivals] == [None] * 3
        assert upstream.wait_idle(PATIENCE)
    assert upstream.most_in_work() == 3


# The rate.


def test_exactly_the_surplus_is_refused_and_says_when_there_is_room() -> None:
    clock = StillClock()
    with FakeUpstream(rate=3, window=5, now=clock) as upstream:
        assert codes(upstream, [1, 2, 3]) == [200] * 3
        clock.time += 1_500_000_000
        response, _ = ask(upstream, "/items/4")
    assert (response.status, response.headers["Retry-After"]) == (429, "4")
    assert (upstream.refused, upstream.most_in_a_span()) == (1, 4)
    assert [arrival.refused for arrival in upstream.arrivals] == [False] * 3 + [True]


def test_an_arrival_a_whole_window_later_is_let_through_and_one_a_nanosecond_earlier_is_not() -> None:
    clock = StillClock()
    with FakeUpstream(rate=1, window=5, now=clock) as upstream:
        seen = codes(upstream, [1])
        clock.time += 5_000_000_000
        seen += codes(upstream, [2])
        clock.time += 4_999_999_999
        seen += codes(upstream, [3])
    assert seen == [200, 200, 429]


def test_who_waits_as_long_as_the_refusal_says_is_let_through() -> None:
    clock = StillClock()
    with FakeUpstream(rate=3, window=0.5, now=clock) as upstream:
        codes(upstream, [1, 2, 3])
        refusal, _ = ask(upstream, "/items/4")
        clock.time += int(refusal.headers["Retry-After"]) * 1_000_000_000
        assert codes(upstream, [4]) == [200]


def test_refused_arrivals_count_too() -> None:
    clock = StillClock()
    with FakeUpstream(rate=1, window=5, now=clock) as upstream:
        seen = codes(upstream, [1])
        for _ in range(3):
            clock.time += 4_000_000_000
            seen += codes(upstream, [1])
    assert seen == [200, 429, 429, 429]


def test_a_refusal_by_the_behaviour_is_not_one_by_the_rate() -> None:
    with behaving(too_many("7")) as upstream:
        response, _ = ask(upstream)
    assert (response.status, response.headers["Retry-After"], upstream.refused) == (429, "7", 0)


def test_the_rate_refuses_whatever_the_behaviour() -> None:
    with FakeUpstream(rate=1, behaviour=first(1, reset_before(), then=hang()), now=StillClock()) as upstream:
        with asked(upstream) as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert codes(upstream, [5]) == [429]


@pytest.mark.parametrize(("rate", "window"), [(0, 5), (-1, 5), (3, 0), (3, -1)])
def test_a_rate_or_a_window_of_nothing_is_not_allowed(rate: int, window: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        FakeUpstream(rate, window)


@given(st.lists(st.integers(0, 60)), st.integers(1, 20))
def test_most_in_a_span_is_what_trying_every_span_finds(starts: list[int], window: int) -> None:
    spans = [[s for s in starts if opened <= s < opened + window] for opened in range(61)]
    assert most_in_a_span(sorted(starts), window) == max(map(len, spans))


# Whole answers.


@pytest.mark.parametrize(
    ("behaviour", "code", "headers", "content"),
    [
        pytest.param(status(500), 500, {"Content-Length": "0"}, b"", id="a status"),
        pytest.param(status(599, b"x", {"X-A": "b"}), 599, {"X-A": "b"}, b"x", id="a status nobody knows"),
        pytest.param(html(), 502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>", id="a gateway's page"),
        pytest.param(too_many("soon", 503), 503, {"Retry-After": "soon"}, b"Too many", id="503 and any text"),
        pytest.param(redirect("http://x/y"), 302, {"Location": "http://x/y"}, b"", id="a redirect"),
        pytest.param(empty(), 200, {"Content-Length": "0"}, b"", id="an empty body"),
        pytest.param(drip(b"abc", 0), 200, {"Content-Length": "3"}, b"abc", id="a dripping body"),
        pytest.param(drip_headers(0), 200, {"Content-Length": "30"}, b'{"id": 5', id="dripping headers"),
        pytest.param(slow(0.001), 200, {}, b'{"id": 5', id="a slow answer"),
    ],
)
def test_a_whole_answer_has_status_headers_and_body(
    behaviour: Behaviour, code: int, headers: dict[str, str], content: bytes
) -> None:
    with behaving(behaviour) as upstream, connected(upstream) as connection:
        for _ in range(2):  # the second time on the same connection
            connection.request("GET", "/items/5")
            response = connection.getresponse()
            assert response.status == code
            assert headers.items() <= dict(response.headers).items()
            assert content in response.read()
    assert [arrival.status for arrival in upstream.arrivals] == [code, code]


def test_half_the_json_is_a_whole_body_that_cannot_be_read() -> None:
    with behaving(half_json()) as upstream:
        response, body = ask(upstream)
    assert response.headers["Content-Length"] == str(len(body))
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [1, 65_536, 65_537, 300_000])
def test_a_huge_body_has_exactly_its_size(size: int, chunked: bool) -> None:
    with behaving(huge(size, chunked=chunked)) as upstream:
        response, body = ask(upstream)
    assert (response.headers["Content-Length"], response.headers["Transfer-Encoding"]) == (
        (None, "chunked") if chunked else (str(size), None)
    )
    assert len(body) == size


def test_a_huge_body_ends_when_the_peer_has_had_enough() -> None:
    with behaving(huge(10**12)) as upstream:
        with asked(upstream) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert upstream.wait_idle(PATIENCE)


def test_a_body_drips_one_byte_at_a_time_with_a_wait_before_each() -> None:
    peer = RecordingPeer()
    drip(b"abc", 7)(AN_ARRIVAL, peer)
    head, *dripped = peer.steps
    assert head == b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n"
    assert dripped == [7, b"a", 7, b"b", 7, b"c"]


def test_headers_drip_one_byte_at_a_time_with_a_wait_before_each() -> None:
    peer = RecordingPeer()
    drip_headers(7)(AN_ARRIVAL, peer)
    assert peer.steps == [step for byte in good_response(5) for step in (7, bytes([byte]))]


def test_a_slow_answer_waits_before_the_first_byte() -> None:
    peer = RecordingPeer()
    slow(7)(AN_ARRIVAL, peer)
    assert peer.steps == [7, good_response(5)]


def test_a_wait_is_not_shorter_than_told() -> None:
    with behaving(slow(0.005)) as upstream:
        ask(upstream)
    (arrival,) = upstream.arrivals
    assert arrival.ended_ns is not None
    assert arrival.ended_ns - arrival.started_ns >= 5_000_000


# Broken answers.


def test_a_hanging_answer_sends_no_byte_and_ends_when_the_peer_leaves() -> None:
    with behaving(hang()) as upstream:
        with asked(upstream) as connection:
            await_arrivals(upstream, 1)
            connection.settimeout(0.02)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        assert upstream.wait_idle(PATIENCE)
    assert upstream.arrivals[0].status is None


@pytest.mark.parametrize("behaviour", [slow(3600), drip(every_seconds=3600), drip_headers(3600), hang()])
def test_a_peer_that_leaves_ends_every_wait(behaviour: Behaviour) -> None:
    with behaving(behaviour) as upstream:
        with asked(upstream):
            await_arrivals(upstream, 1)
        assert upstream.wait_idle(PATIENCE)


def test_a_reset_before_the_answer_leaves_no_byte() -> None:
    with behaving(reset_before()) as upstream, asked(upstream) as connection:
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert upstream.arrivals[0].status is None


def test_a_reset_in_the_body_comes_after_half_of_it() -> None:
    received = bytearray()
    with behaving(reset_in_body()) as upstream, asked(upstream) as connection:
        with pytest.raises(ConnectionResetError):
            read_into(received, connection)
        assert upstream.arrivals[0].status == 200
    assert received.endswith(b'\r\n\r\n{"id": 5, "data')


def test_a_cut_answer_ends_half_way_in_peace() -> None:
    with behaving(cut()) as upstream, pytest.raises(IncompleteRead) as caught:
        ask(upstream)
    assert (caught.value.partial, caught.value.expected) == (b'{"id": 5, "data', 15)


def test_a_connection_that_is_hung_up_ends_without_a_byte_in_peace() -> None:
    with behaving(hang_up()) as upstream, asked(upstream) as connection:
        assert everything(connection) == b""
    assert upstream.arrivals[0].status is None


def test_garbage_is_not_http() -> None:
    with behaving(garbage(b"\xffnoise")) as upstream, asked(upstream) as connection:
        assert everything(connection) == b"\xffnoise"


# Choosing.


def test_some_ids_behave_differently() -> None:
    with behaving(for_ids({5: status(500), 6: status(404)})) as upstream:
        assert codes(upstream, [4, 5, 6, 5]) == [200, 500, 404, 500]


def test_some_arrivals_behave_differently_whatever_their_id() -> None:
    with behaving(for_arrivals({2: status(500)}, otherwise=status(201))) as upstream:
        assert codes(upstream, [4, 5, 6]) == [201, 500, 201]


def test_the_first_attempts_of_every_id_are_bad() -> None:
    with behaving(first(2, status(500))) as upstream:
        assert codes(upstream, [5, 5, 6, 5, 6, 6]) == [500, 500, 500, 200, 500, 200]


def test_choices_compose() -> None:
    with behaving(for_ids({5: first(1, status(500), then=slow(0.001, status(201)))})) as upstream:
        assert codes(upstream, [5, 5, 6]) == [500, 201, 200]


def test_a_function_chooses() -> None:
    with behaving(choose(lambda arrival: status(200 + arrival.record_id + arrival.attempt))) as upstream:
        assert codes(upstream, [5, 5, 6]) == [206, 207, 207]


def test_flapping_goes_by_attempts() -> None:
    with behaving(flapping(ok(), status(500))) as upstream:
        assert codes(upstream, [5, 5, 6, 5]) == [200, 500, 200, 200]


def test_flapping_goes_by_time_when_told_so() -> None:
    clock = StillClock()
    with FakeUpstream(MANY, behaviour=flapping(ok(), status(500), 0.5), now=clock) as upstream:
        seen = codes(upstream, [5, 5])
        clock.time += 500_000_000
        seen += codes(upstream, [5, 5])
        clock.time += 500_000_000
        seen += codes(upstream, [5])
    assert seen == [200, 200, 500, 500, 200]


@pytest.mark.parametrize(("share", "expected"), [(0, {200}), (1, {500}), (0.5, {200, 500})])
def test_a_share_fails_and_always_the_same(share: float, expected: set[int]) -> None:
    runs = []
    for _ in range(2):
        with behaving(sometimes(share, status(500), seed=7)) as upstream:
            runs.append(codes(upstream, list(range(20))))
    assert runs[0] == runs[1]
    assert set(runs[0]) == expected


def test_the_behaviour_can_be_replaced_while_it_runs() -> None:
    with behaving(status(500)) as upstream:
        assert codes(upstream, [5]) == [500]
        upstream.behaviour = ok()
        assert codes(upstream, [5]) == [200]


# Starting and stopping.


def test_a_stop_ends_what_hangs_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with behaving(hang()) as upstream, asked(upstream, b"") as idle, asked(upstream) as left:
        await_arrivals(upstream, 1)
        upstream.stop()
        assert set(threading.enumerate()) <= before
        assert (left.recv(1), idle.recv(1)) == (b"", b"")
    assert upstream.arrivals[0].ended_ns is not None


def test_starting_and_stopping_twice_is_allowed() -> None:
    upstream = FakeUpstream()
    upstream.stop()
    with upstream:
        upstream.start()
        assert codes(upstream, [5]) == [200]
        upstream.stop()


def test_after_a_stop_it_starts_on_the_same_port_with_the_same_book() -> None:
    with behaving(ok()) as upstream:
        seen, url = codes(upstream, [5]), upstream.url
        upstream.stop()
        upstream.start()
        assert codes(upstream, [5]) == seen
    assert upstream.url == url
    assert [arrival.attempt for arrival in upstream.arrivals] == [1, 2]


def test_a_mistake_in_a_behaviour_is_not_taken_for_a_bad_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(arrival: Arrival) -> Behaviour:
        raise LookupError(arrival)

    raised: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    with behaving(choose(mistaken)) as upstream, asked(upstream) as connection:
        assert connection.recv(1) == b""
        upstream.stop()
    assert [arguments.exc_type for arguments in raised] == [LookupError]


# The program.


def test_the_line_of_an_arrival_says_what_happened() -> None:
    arrival = Arrival(
        number=4,
        record_id=1_000_000_007,
        attempt=2,
        opened_ns=10,
        started_ns=1_500_000_010,
        headers={},
        refused=False,
        status=200,
        ended_ns=1_750_000_010,
    )
    assert line(arrival) == "     1.500 s   id 1000000007   attempt 2     200   after 0.250 s"


def test_the_line_of_a_refused_arrival_is_marked() -> None:
    ended: list[Arrival] = []
    with FakeUpstream(rate=1, now=StillClock(), ended=ended.append) as upstream:
        codes(upstream, [5, 5])
    assert ["TOO FAST" in line(arrival) for arrival in ended] == [False, True]


def test_the_line_of_an_arrival_without_an_answer_has_no_status() -> None:
    ended: list[Arrival] = []
    with FakeUpstream(behaviour=hang_up(), ended=ended.append) as upstream, asked(upstream) as connection:
        everything(connection)
    assert " --- " in line(ended[0])


def test_the_summary_counts() -> None:
    with FakeUpstream(rate=2, window=0.5, now=StillClock()) as upstream:
        codes(upstream, [1, 2, 3])
    assert summary(upstream, 2, 0.5) == (
        "3 arrivals; at most 3 in any 0.5 s (allowed: 2); at most 1 in work at once; 1 refused"
    )


@pytest.mark.slow
@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM])
def test_the_program_prints_each_arrival_and_a_summary_at_the_end(farewell: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.fake_upstream", "--port", "0", "--fail-rate", "1", "--rate", "1"]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = int(program.stdout.readline().split(":")[2].split("/")[0])
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            for expected in (500, 429):
                connection.request("GET", "/items/5")
                assert connection.getresponse().read() is not None
                assert f"  {expected}  " in program.stdout.readline()
        program.send_signal(farewell)
        assert program.stdout.read().startswith("2 arrivals; at most 2 in any 5 s (allowed: 1)")
    assert program.returncode == 0
