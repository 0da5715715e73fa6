"""Which threads answer which requests."""

from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from waitress.buffers import OverflowableBuffer
from waitress.receiver import FixedStreamReceiver

from ingest_service.clock import SystemClock
from ingest_service.web.http.lanes import Lane, lane_of


def request_of(body: bytes, **fields: str) -> Any:
    buffer = OverflowableBuffer(65_536)
    buffer.append(body)
    return SimpleNamespace(
        error=None, body_bytes_received=len(body), body_rcv=FixedStreamReceiver(0, buffer), headers={}, **fields
    )


@pytest.mark.parametrize(
    ("asked", "lane"),
    [
        ("POST /ingest", "usual"),
        ("POST /ingest dry_run=true", "computing"),
        ("GET /status/1", "reading"),
        ("GET /ingestions limit=5", "usual"),
        ("GET /ingestions failed=true", "computing"),
        ("GET /board/ingestions", "computing"),
        ("GET /ingestions/1", "computing"),
        ("PATCH //ingestions//1/", "computing"),
        ("GET /ingestions/1/batches", "computing"),
        ("GET /ingestions/1/results", "answers"),
        ("GET /schedule/", "computing"),
        ("GET /dispatcher", "computing"),
        ("POST /dispatcher/pause", "usual"),
        ("GET /metrics", "computing"),
        ("GET /", "computing"),
        ("HEAD /board/", "computing"),
        ("GET /board/plot span=day", "computing"),
        ("GET /board/tables", "computing"),
        ("GET /board/ingestions/1", "computing"),
        ("GET /board/files/1/board.css", "usual"),
        ("GET /audit noted=1", "auditing"),
        ("HEAD //health", "probes"),
        ("GET /ready", "probes"),
        ("GET /nothing", "usual"),
    ],
)
def test_a_request_belongs_to_the_threads_of_its_kind(asked: str, lane: str) -> None:
    method, path, query = (*asked.split(), "")[:3]
    request = request_of(b"{}", command=method, path=path, query=query)
    assert lane_of(request) == lane
    request.body_bytes_received = 300_000
    assert lane_of(request) == "large"
    request.error = object()
    assert lane_of(request) == "usual"


def test_a_browser_that_lists_ingestions_gets_what_is_computed() -> None:
    request = request_of(b"", command="GET", path="/ingestions", query="")
    request.headers["ACCEPT"] = "text/html,*/*;q=0.8"
    assert lane_of(request) == "computing"


@pytest.mark.parametrize("filled", [0, 9_000, 100_000])
@pytest.mark.parametrize(("field", "lane"), [(b'"deadline"', "computing"), (b'"x"', "usual")])
def test_a_deadline_is_computed_and_the_body_is_left_as_it_is(filled: int, field: bytes, lane: str) -> None:
    body = b'{"ids":[1],"priority":"LOW",%b%b:null}' % (b" " * filled, field)
    request = request_of(body, command="POST", path="/ingest", query="")
    assert lane_of(request) == lane
    assert request.body_rcv.getfile().read() == body
    request.body_rcv.getbuf().close()


class Connection:
    """A connection whose request takes until it is let go."""

    def __init__(self, *, fails: bool = False) -> None:
        self.begun, self.let_go, self.is_cancelled = Event(), Event(), False
        self._fails = fails

    def service(self) -> None:
        self.begun.set()
        self.let_go.wait()
        if self._fails:
            raise SystemExit

    def cancel(self) -> None:
        self.is_cancelled = True


def test_a_lane_ends_what_is_begun_and_cancels_what_waits() -> None:
    lane, clock, first, second = Lane("any", 1), SystemClock(), Connection(), Connection()
    lane.add(first)
    lane.add(second)
    first.begun.wait()
    lane.end()
    assert not lane.join(clock, clock.now())
    first.let_go.set()
    assert lane.join(clock, clock.now() + 30 * 10**9)
    assert (first.is_cancelled, second.is_cancelled, second.begun.is_set()) == (False, True, False)


def test_a_lane_goes_on_behind_a_request_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    lane, clock, broken, next_one = Lane("any", 1), SystemClock(), Connection(fails=True), Connection()
    for connection in (broken, next_one):
        connection.let_go.set()
        lane.add(connection)
    assert next_one.begun.wait(30)
    lane.end()
    assert lane.join(clock, clock.now() + 30 * 10**9)
    assert [record.getMessage() for record in caplog.records] == ["a request could not be answered"]
    assert (broken.is_cancelled, next_one.is_cancelled) == (True, False)
