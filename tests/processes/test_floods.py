"""Floods of connections, of endless requests and of large bodies, with an honest client beside them."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes.attackers import WHOLE, allow_files, answers, connect, connections, send_all, trickle
from tests.processes.conftest import Start
from tests.processes.honest import INTERVAL_SECONDS, assert_served, honest
from tests.processes.running import Running

pytestmark = pytest.mark.slow

Say = Callable[[str], None]
CROWD = 2_100
HEAD = b"POST /ingest HTTP/1.1\r\nHost: here\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = 1_000_000


@pytest.fixture
def port(environ: dict[str, str]) -> int:
    environ["INGEST_INTERVAL_SECONDS"] = str(INTERVAL_SECONDS)
    environ["INGEST_SIMULATED_DELAY_SECONDS"] = "0.01"
    return int(environ["INGEST_PORT"])


@pytest.fixture
def running(start: Start, port: int) -> Running:  # noqa: ARG001 - the settings that it makes
    return start().until_healthy()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


@pytest.fixture(autouse=True)
def many_files() -> None:
    allow_files(CROWD + 500)


@pytest.mark.parametrize("piece", [b"G", WHOLE], ids=["a byte", "a request"])
def test_a_crowd_that_sends_a_little_now_and_then_shuts_no_client_out(
    running: Running, port: int, database: Path, say: Say, piece: bytes
) -> None:
    with connections(port, CROWD) as crowd, honest(running, port, database) as seen:
        trickle(crowd, [piece] * 3, 5)
    assert_served(seen, say, f"{CROWD} connections that send {piece[:9]!r} each 5 s")
    assert seen.grown < 200


def test_a_process_that_may_open_few_files_accepts_no_more_than_these(
    start: Start, port: int, database: Path, say: Say
) -> None:
    limited = ("/bin/sh", "-c", f"ulimit -n 400; exec {sys.executable} wsgi.py")
    running = start(limited).until_healthy()
    with connections(port, 600) as crowd, honest(running, port, database) as seen:
        trickle(crowd, [WHOLE] * 2, 3)
    assert_served(seen, say, "600 connections to a process that may open 400 files")
    assert "cannot accept" not in running.printed
    assert "Traceback" not in running.printed


def test_a_request_that_does_not_end_is_answered_with_a_time_out(running: Running, port: int) -> None:
    with connections(port, 1) as (slow,):
        trickle([slow], [b"GET / HTTP/1.1\r\n", *[b"A: b\r\n"] * 22], 1)
        (answer,) = answers([slow])
    assert answer.startswith(b"HTTP/1.0 408 ")
    assert b"the request came too slowly" in answer
    assert running.printed.count("Traceback") == 0


@pytest.mark.parametrize(
    ("begin", "rest"),
    [
        (CHUNKED + b"1;a=", b"a" * MEGABYTE),
        (CHUNKED + b"0\r\nA: ", b"a" * MEGABYTE),
        (HEAD, b"A: b\r\n" * (MEGABYTE // 6)),
        (b"", b"GET /health HTTP/1.1\r\n\r\n" * (MEGABYTE // 24)),
        (b"", b"\r\n" * (MEGABYTE // 2)),
    ],
    ids=["chunk line", "trailer", "headers", "pipelined", "blank lines"],
)
def test_what_is_slow_to_parse_slows_no_other_down(
    running: Running,
    port: int,
    database: Path,
    say: Say,
    begin: bytes,
    rest: bytes,
    request: pytest.FixtureRequest,
) -> None:
    until = time.monotonic() + 6

    def attack(_: int) -> None:
        while time.monotonic() < until:
            with suppress(OSError), connect(port) as connection:
                connection.settimeout(2)
                connection.sendall(begin + 20 * rest)

    with honest(running, port, database) as seen, ThreadPoolExecutor(4) as pool:
        list(pool.map(attack, range(4)))
    assert_served(seen, say, request.node.callspec.id)
    assert seen.grown < 200


BODIES = {
    "ids": b'{"ids":[' + b"1," * 11_900_000 + b'1],"priority":"LOW"}',
    "tree": b'{"ids":[1],"priority":"LOW","x":[' + b"[0]," * 5_900_000 + b"[0]]}",
    "million": b'{"ids":[' + b"1000000007," * 999_999 + b'1],"priority":"LOW"}',
}


@pytest.mark.parametrize("kind", BODIES)
def test_large_bodies_are_parsed_beside_the_others(
    running: Running, port: int, database: Path, say: Say, kind: str
) -> None:
    body = BODIES[kind]
    request = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    until = time.monotonic() + 6

    def send_again(_: int) -> set[bytes]:
        codes = set()
        while time.monotonic() < until:
            with connect(port) as connection, connection.makefile("rb") as answer:
                connection.settimeout(60)
                connection.sendall(request)
                codes.add(answer.read()[:12])
        return codes

    with honest(running, port, database) as seen, ThreadPoolExecutor(8) as pool:
        codes = set().union(*pool.map(send_again, range(8)))
    assert_served(seen, say, f"8 clients that send bodies of {len(body) / MEGABYTE:.0f} MB ({kind})")
    # Ten of the million fill the backlog.
    assert codes == ({b"HTTP/1.1 200", b"HTTP/1.1 503"} if kind == "million" else {b"HTTP/1.1 400"})
    assert seen.grown < 200


@pytest.fixture
def parked_in(tmp_path: Path, environ: dict[str, str]) -> Iterator[Path]:
    folder = tmp_path / "parked"
    folder.mkdir()
    environ["TMPDIR"] = str(folder)
    yield folder
    shutil.rmtree(folder)


def test_bodies_that_are_parked_take_bounded_place(
    parked_in: Path, running: Running, port: int, database: Path, say: Say
) -> None:
    head = HEAD + b"Content-Length: 24000000\r\n\r\n"
    before = shutil.disk_usage(parked_in).used
    with connections(port, 40) as senders, honest(running, port, database) as seen:
        send_all(senders, head + b"1" * 19 * MEGABYTE)
        time.sleep(1)
        taken = (shutil.disk_usage(parked_in).used - before) / MEGABYTE
        refused = answers(senders)
    say(f"40 bodies of 19 MB: {taken:.0f} MB on the disk, {len(refused)} refused")
    assert_served(seen, say, "40 bodies that do not end")
    assert len(refused) >= 10
    assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in refused)
    assert all(b"\r\nRetry-After: 1\r\n" in answer for answer in refused)
    assert seen.grown < 200
    assert "Traceback" not in running.printed
