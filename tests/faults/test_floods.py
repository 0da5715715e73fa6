"""Floods of connections, of endless requests, of large bodies and of polls, with an honest client beside them."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.load import latencies, request
from tests.faults.flooded import Flooded, flooded
from tests.faults.honest import Seen, honest
from tests.processes.attackers import (
    WHOLE,
    Connections,
    allow_files,
    answers,
    connect,
    connections,
    established,
    send_all,
    still_open,
    trickle,
    vanish,
)
from tests.processes.client import Client
from tests.processes.waiting import comes_true

pytestmark = pytest.mark.slow

Report = Callable[[str, str, Seen], None]
Silent = tuple[Flooded, Connections]
CROWD, SLOW, HALF_OPEN, IDLE, READERS, POLLERS = 2_100, 1_000, 500, 2_500, 40, 24
LARGE = 150_000
# Room for two of the largest submissions, and for the honest client.
MOST_WAITING = 3_000_000
# Longer than an honest client is idle: those that are idle the longest make room.
PERIOD_SECONDS = 2
HEAD = b"POST /ingest HTTP/1.1\r\nHost: here\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module", autouse=True)
def many_files() -> None:
    allow_files(IDLE + 500)


@pytest.fixture(scope="module")
def seconds(scale: Callable[[int, int], int]) -> int:
    """The seconds that an attack goes on."""
    return scale(1, 20)


@pytest.fixture(scope="module")
def parked_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("parked")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, parked_in: Path) -> Iterator[Flooded]:
    folder = tmp_path_factory.mktemp("flooded")
    with flooded(folder, TMPDIR=str(parked_in), INGEST_MAX_PENDING_IDS=str(MOST_WAITING)) as service:
        yield service


@pytest.fixture
def report(
    figure: Callable[[str, str, str], None], say: Callable[[str], None], scale: Callable[[int, int], int]
) -> Report:
    """Assert that the honest client was served, and note the figures."""

    def add(flood: str, tried: str, seen: Seen) -> None:
        say(f"{flood}: {seen}{''.join(seen.unanswered[:3])}")
        seen.assert_served(in_time=bool(scale(0, 1)))
        figure(f"flood: {flood}", tried, str(seen))

    return add


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Silent]:
    """A service, and readers of a large answer of it that do not read."""
    with flooded(tmp_path_factory.mktemp("silent")) as service:
        with Client(service.port) as client:
            ingestion_id = client.submit(range(1, LARGE + 1), "LOW")
        asked = f"GET /status/{ingestion_id} HTTP/1.1\r\nHost: here\r\n\r\n".encode()
        with connections(service.port, READERS, 4096) as readers:
            send_all(readers, asked)
            yield service, readers


@pytest.fixture(scope="module")
def endless(silent: Silent) -> Iterator[Connections]:
    """A request that does not end."""
    with connections(silent[0].port, 1) as opened:
        send_all(opened, b"GET / HTTP/1.1\r\n")
        yield opened


def test_readers_that_do_not_read_hold_nothing_up(
    silent: Silent, endless: Connections, seconds: int, report: Report
) -> None:
    with honest(silent[0]) as seen:
        send_all(endless, b"A: b\r\n")
        time.sleep(seconds)
    report("readers that do not read", f"{READERS} readers of 6 MB", seen)


@pytest.mark.parametrize("piece", [b"G", WHOLE], ids=["a byte", "a request"])
def test_a_crowd_that_sends_a_little_now_and_then_shuts_no_client_out(
    service: Flooded, seconds: int, report: Report, piece: bytes
) -> None:
    with connections(service.port, CROWD) as crowd, honest(service) as seen:
        trickle(crowd, [piece] * min(4, seconds), PERIOD_SECONDS)
    what = "a byte" if piece == b"G" else "a request"
    report(f"connections that send {what} now and then", f"{CROWD} connections", seen)


def test_requests_that_come_byte_by_byte_keep_no_other_from_an_answer(
    service: Flooded, seconds: int, report: Report
) -> None:
    with connections(service.port, SLOW) as crowd, honest(service) as seen:
        trickle(crowd, [WHOLE[n : n + 1] for n in range(min(len(WHOLE), 2 * seconds))], 0.5)
    report("slow clients", f"{SLOW} requests, a byte each half second", seen)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root closes a connection without a word")
def test_clients_that_vanish_keep_no_other_from_an_answer(service: Flooded, seconds: int, report: Report) -> None:
    with connections(service.port, HALF_OPEN) as gone, honest(service) as seen:
        send_all(gone, WHOLE + WHOLE[:9])
        vanish(gone)
        time.sleep(seconds)
    report("half-open connections", f"{HALF_OPEN} connections whose clients vanished", seen)


def test_idle_connections_shut_no_client_out(service: Flooded, seconds: int, report: Report) -> None:
    with honest(service) as seen, connections(service.port, IDLE) as idle:
        send_all(idle, WHOLE)
        time.sleep(seconds)
    report("idle connections", f"{IDLE} kept connections", seen)


def test_polls_of_many_clients_slow_no_other_down(service: Flooded, seconds: int, report: Report) -> None:
    with Client(service.port) as client:
        path = f"/status/{client.submit(range(1, 301), 'LOW')}"
        client.connection.request("GET", path)
        with client.connection.getresponse() as answer:
            tag = answer.headers["ETag"]
            answer.read()
    asked = request("GET", path, If_None_Match=tag)
    with ProcessPoolExecutor(1) as pool, honest(service) as seen:
        polls = len(pool.submit(latencies, service.port, asked, POLLERS, seconds + 1).result())
    assert polls > 100
    report("polls of a status", f"{polls / (seconds + 1):.0f} polls a second", seen)


def test_a_process_that_may_open_few_files_accepts_no_more_than_these(
    tmp_path: Path, seconds: int, report: Report
) -> None:
    limited = ("/bin/sh", "-c", f"ulimit -n 400; exec {sys.executable} wsgi.py")
    with flooded(tmp_path, limited) as service, connections(service.port, 600) as crowd, honest(service) as seen:
        trickle(crowd, [WHOLE] * min(4, seconds), PERIOD_SECONDS)
    report("few file descriptors", "600 connections to a process that may open 400 files", seen)
    assert "cannot accept" not in seen.logged


PARSED = {
    "chunk line": (CHUNKED + b"1;a=", b"a" * MEGABYTE),
    "trailer": (CHUNKED + b"0\r\nA: ", b"a" * MEGABYTE),
    "headers": (HEAD, b"A: b\r\n" * (MEGABYTE // 6)),
    "pipelined": (b"", b"GET /health HTTP/1.1\r\n\r\n" * (MEGABYTE // 24)),
    "blank lines": (b"", b"\r\n" * (MEGABYTE // 2)),
}


@pytest.mark.parametrize("kind", PARSED)
def test_what_is_slow_to_parse_slows_no_other_down(
    service: Flooded, seconds: int, report: Report, kind: str
) -> None:
    begin, rest = PARSED[kind]
    until = time.monotonic() + seconds

    def attack(_: int) -> None:
        while time.monotonic() < until:
            with suppress(OSError), connect(service.port) as connection:
                connection.settimeout(2)
                connection.sendall(begin + 20 * rest)

    with honest(service) as seen, ThreadPoolExecutor(4) as pool:
        list(pool.map(attack, range(4)))
    report(f"endless {kind}", "4 clients that send 20 MB at once, again and again", seen)


BODIES = {
    "ids": b'{"ids":[' + b"1," * 11_900_000 + b'1],"priority":"LOW"}',
    "tree": b'{"ids":[1],"priority":"LOW","x":[' + b"[0]," * 5_900_000 + b"[0]]}",
    "million": b'{"ids":[' + b"1000000007," * 999_999 + b'1],"priority":"LOW"}',
}


@pytest.mark.parametrize("kind", BODIES)
def test_large_bodies_are_parsed_beside_the_others(
    service: Flooded, seconds: int, scale: Callable[[int, int], int], report: Report, kind: str
) -> None:
    body, clients = BODIES[kind], scale(4, 8)
    head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    until = time.monotonic() + seconds

    def send_again(_: int) -> set[bytes]:
        codes = set()
        while time.monotonic() < until:
            with connect(service.port) as connection, connection.makefile("rb") as answer:
                connection.settimeout(60)
                connection.sendall(head + body)
                codes.add(answer.read()[:12])
        return codes

    with honest(service) as seen, ThreadPoolExecutor(clients) as pool:
        codes = set().union(*pool.map(send_again, range(clients)))
    report(
        f"large bodies ({kind})",
        f"{clients} clients that send {len(body) / MEGABYTE:.0f} MB, again and again",
        seen,
    )
    # Two of the million fill the backlog.
    assert codes == ({b"HTTP/1.1 200", b"HTTP/1.1 503"} if kind == "million" else {b"HTTP/1.1 400"})


def test_bodies_that_are_parked_take_bounded_place(service: Flooded, parked_in: Path, report: Report) -> None:
    head = HEAD + b"Content-Length: 24000000\r\n\r\n"
    before = shutil.disk_usage(parked_in).used
    with connections(service.port, 40) as senders, honest(service) as seen:
        send_all(senders, head + b"1" * 19 * MEGABYTE)
        time.sleep(1)
        taken = (shutil.disk_usage(parked_in).used - before) / MEGABYTE
        refused = answers(senders)
    report("bodies that do not end", f"40 of 19 MB: {taken:.0f} MB on the disk, {len(refused)} refused", seen)
    assert len(refused) >= 10
    assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in refused)
    assert all(b"\r\nRetry-After: 1\r\n" in answer for answer in refused)


def test_a_request_that_does_not_end_is_answered_with_a_time_out(silent: Silent, endless: Connections) -> None:
    answered: list[bytes] = []

    def is_answered() -> bool:
        send_all(endless, b"A: b\r\n")
        answered.extend(answers(endless))
        return bool(answered)

    assert comes_true(is_answered, 40)
    assert answered[0].startswith(b"HTTP/1.0 408 ")
    assert b"the request came too slowly" in answered[0]
    assert silent[0].running.printed.count("Traceback") == 0


def test_readers_that_do_not_read_are_cut_off(silent: Silent, report: Report) -> None:
    service, readers = silent
    with honest(service) as seen:
        assert comes_true(lambda: established(readers, service.port) == 0, 60)
    report("readers that are cut off", f"{READERS} readers of 6 MB", seen)
    # What was sent already can be read; behind it is the end.
    assert comes_true(lambda: still_open(readers) == 0, 10)
