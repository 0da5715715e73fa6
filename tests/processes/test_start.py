"""Starts that fail, or that are broken off: one sentence, never a traceback."""

import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes.conftest import Start
from tests.processes.running import ROOT, WSGI
from tests.processes.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow

MODULE = (sys.executable, "-m", "ingest_service")
STRACE = shutil.which("strace")
PROGRAM = (str(Path(sys.executable).with_name("ingest-service")),)


def refused(start: Start, **changes: str) -> str:
    """Start a service that must refuse to, and return the sentence that it prints."""
    running = start(**changes)
    assert running.exit_code() == 1
    (line,) = running.printed.splitlines()
    return line.removeprefix("ingest_service: ")


def test_a_host_without_an_address_is_refused(start: Start) -> None:
    assert refused(start, INGEST_HOST="nosuch.invalid").startswith("cannot listen on nosuch.invalid:")


@pytest.mark.parametrize("host", ["0.0.0.0:8000", "0.0.0.0 "])
def test_a_host_that_is_no_host_is_refused(start: Start, host: str) -> None:
    expected = f"INGEST_HOST={host} is not allowed: it should be a host name or an address"
    assert refused(start, INGEST_HOST=host).startswith(expected)


def test_an_address_of_another_machine_is_refused(start: Start) -> None:
    assert refused(start, INGEST_HOST="192.0.2.1", INGEST_PORT="8000") == (
        "cannot listen on 192.0.2.1:8000: Cannot assign requested address; "
        "set INGEST_PORT or INGEST_HOST to change that"
    )


def test_a_bad_url_of_the_upstream_is_refused_without_its_key(start: Start) -> None:
    assert "s3cret" not in refused(start, INGEST_UPSTREAM_URL="https://api.example.com/?key=s3cret")


def test_a_proxy_that_cannot_be_used_is_refused_without_its_password(start: Start) -> None:
    upstream = {"INGEST_UPSTREAM_URL": "https://api.example.com/{id}"}
    sentence = refused(start, ALL_PROXY="socks5://user:s3cret@proxy:1080", **upstream)
    assert sentence.startswith("ALL_PROXY names a proxy that cannot be used for the upstream: ")
    assert "s3cret" not in sentence


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + bytes(84)])
def test_a_file_that_is_no_database_is_refused(start: Start, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ingest.db").write_bytes(content)
    assert str(tmp_path / "ingest.db") in refused(start)


@pytest.mark.skipif(STRACE is None, reason="strace lets a lock fail as on a network file system")
def test_a_file_system_without_locks_is_refused(start: Start, tmp_path: Path) -> None:
    command = [
        str(STRACE),
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=flock",
        "-e",
        "inject=flock:error=ENOLCK",
        *WSGI,
    ]
    running = start(command)
    assert running.exit_code() == 1
    assert running.printed == f"ingest_service: cannot lock {tmp_path}/ingest.db.lock: No locks available\n"


def test_too_few_files_are_refused(environ: dict[str, str]) -> None:
    command = ["/bin/sh", "-c", f"ulimit -n 64; exec {sys.executable} wsgi.py"]
    ended = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == "ingest_service: this process may open 64 files, and needs 226 or more (ulimit -n)\n"


@pytest.mark.parametrize("command", [WSGI, MODULE, PROGRAM], ids=["wsgi.py", "module", "program"])
def test_ctrl_c_during_the_imports_prints_one_sentence(
    start: Start, tmp_path: Path, command: tuple[str, ...]
) -> None:
    begun = tmp_path / "begun"
    (tmp_path / "flask.py").write_text(
        f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep({PATIENCE_SECONDS})\n"
    )
    running = start(command, PYTHONPATH=str(tmp_path))
    eventually(begun.exists)
    assert running.stop(signal.SIGINT) == 128 + signal.SIGINT
    assert running.printed == "ingest_service: stopped before it had started\n"


def test_unknown_variables_and_the_real_address_are_in_the_log(start: Start) -> None:
    running = start(INGEST_HOST="::", INGEST_PORT="0", INGEST_INTERVAL_SECOND="60")
    eventually(lambda: "listening on" in running.printed)
    assert running.stop() == 0
    remark, listening, stopping = running.printed.splitlines()
    assert remark.endswith(
        "INGEST_INTERVAL_SECOND is not a setting and is ignored; did you mean INGEST_INTERVAL_SECONDS?"
    )
    assert "listening on http://[::]:" in listening
    assert "http://[::]:0" not in listening
    assert stopping.endswith("stopping: SIGTERM")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux shows the files of a process")
def test_no_file_takes_the_place_of_a_closed_standard_error(environ: dict[str, str], tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", f"exec {sys.executable} wsgi.py 2>&-"]
    with ExitStack() as ending:
        process = ending.enter_context(subprocess.Popen(command, env=environ, cwd=ROOT))
        ending.callback(process.kill)
        eventually((tmp_path / "ingest.db.lock").exists)
        assert Path(f"/proc/{process.pid}/fd/2").readlink() == Path("/dev/null")
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
