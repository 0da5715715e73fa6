"""Starts that are refused, each with one sentence for the operator."""

import socket
import sys

import pytest

from tests.processes.client import HOST
from tests.processes.conftest import Start
from tests.processes.running import Running

pytestmark = pytest.mark.slow


def refusal(running: Running) -> str:
    """Return the one line of a program that refused to start."""
    assert running.exit_code() not in (0, None)
    lines = running.printed.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_second_process_on_the_same_database_refuses_to_start(start: Start) -> None:
    start().until_healthy()
    sentence = refusal(start(INGEST_PORT="0"))
    assert sentence.startswith("ingest_service: another process works on this database")


def test_a_bad_setting_stops_the_start_with_what_is_allowed(start: Start) -> None:
    sentence = refusal(start(INGEST_INTERVAL_SECONDS="abc"))
    assert sentence.startswith("ingest_service: INGEST_INTERVAL_SECONDS=abc is not allowed: ")
    assert "number" in sentence


def test_a_database_that_cannot_be_opened_stops_the_start(start: Start) -> None:
    sentence = refusal(start(INGEST_DATABASE_URL="sqlite:////proc/ingest.db"))
    assert "/proc/ingest.db" in sentence


def test_postgres_without_its_packages_stops_the_start_with_what_to_install(start: Start) -> None:
    hidden = "import sys; sys.modules['psycopg'] = None; from ingest_service.__main__ import main; main()"
    url = "postgresql://user:s3cret@localhost/x"
    sentence = refusal(start((sys.executable, "-c", hidden), INGEST_DATABASE_URL=url))
    assert sentence == (
        "ingest_service: INGEST_DATABASE_URL=(not shown) is not allowed: the packages for PostgreSQL are missing: "
        'pip install "ingest-service[postgres]"'
    )


def test_a_busy_port_stops_the_start(start: Start, environ: dict[str, str]) -> None:
    with socket.create_server((HOST, int(environ["INGEST_PORT"]))):
        sentence = refusal(start())
    assert sentence.startswith(f"ingest_service: cannot listen on {HOST}:{environ['INGEST_PORT']}: ")
    assert "INGEST_PORT" in sentence
