"""Holders of the gate that do not move: none of them stops the others for long."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic

import psycopg
import pytest

from ingest_service.domain.model import Priority
from ingest_service.errors import CommitNotCertain, StoreError
from ingest_service.stores.postgres.gate import Gate
from ingest_service.stores.postgres.schema import migrate
from tests.engines.rig import submission_of
from tests.postgres.binaries import find_binaries
from tests.postgres.databases import in_url
from tests.postgres.server import USER, PostgresServer, temporary_folder
from tests.postgres.sessions import Sessions
from tests.processes.waiting import eventually
from tests.stores.postgres.crew import Crew, at_work
from tests.stores.postgres.gates import execute, gate_to, write_under

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    """The URL of a migrated database as a role that owns it and is no superuser."""
    with temporary_folder() as folder, PostgresServer(find_binaries(), folder / "one") as server:
        execute(server.url(), "CREATE ROLE app LOGIN")
        execute(server.url(), "CREATE DATABASE app OWNER app")
        url = in_url(server.url(), "app").replace(f"//{USER}@", "//app@")
        with psycopg.connect(url, autocommit=True) as connection:
            migrate(connection)
        yield url


@contextmanager
def stopped_in_a_pipeline(url: str) -> Iterator[psycopg.Connection]:
    """Take the gate as a process does that is stopped before it has sent the end of its pipeline."""
    connection = psycopg.connect(url, autocommit=True)
    with closing(connection):
        libpq = connection.pgconn
        libpq.enter_pipeline_mode()
        libpq.send_query_params(b"BEGIN", None)
        libpq.send_query_params(b"SELECT set_config('idle_in_transaction_session_timeout', '1000', true)", None)
        libpq.send_query_params(b"SELECT FROM gate WHERE one = 1 FOR UPDATE", None)
        libpq.send_flush_request()
        libpq.flush()
        with Sessions(url) as sessions:
            eventually(sessions.hold_the_gate)
        yield connection


def test_a_holder_that_sleeps_between_round_trips_is_ended_and_keeps_nothing(app_url: str) -> None:
    with gate_to(app_url) as sleeper, gate_to(app_url) as waiter:
        waits: list[float] = []

        def wait() -> None:
            began = monotonic()
            write_under(waiter, "SELECT 1")
            waits.append(monotonic() - began)

        with pytest.raises(StoreError, match="the database could not be written: "):
            write_under(sleeper, "DELETE FROM gate", between=wait)
        assert 0.5 < waits[0] < 2
        assert execute(app_url, "SELECT one FROM gate") == [(1,)]
        write_under(sleeper, "SELECT 1")


def test_a_holder_that_stops_in_the_middle_of_a_pipeline_is_ended_by_who_waits(app_url: str) -> None:
    with stopped_in_a_pipeline(app_url) as holder, gate_to(app_url) as waiter:
        began = monotonic()
        with pytest.raises(StoreError) as caught:
            write_under(waiter, "SELECT 1")
        write_under(waiter, "SELECT 1")
        assert monotonic() - began < 4
        assert str(caught.value) == (
            "the database is busy: another transaction held its lock for 2 s, and is ended if it does not move"
        )
        with Sessions(app_url) as sessions:
            assert holder.info.backend_pid not in sessions.pids()


def test_a_submission_only_takes_longer_while_a_holder_does_not_move(app_url: str) -> None:
    crew = Crew(app_url, count=1)
    with at_work(crew, threads=0), stopped_in_a_pipeline(app_url):
        (member,) = crew.members
        answer = member.engine.admit(submission_of([1], Priority.HIGH), None)
        assert member.records.progress(answer) is not None


def test_a_holder_that_works_is_not_ended(app_url: str) -> None:
    with gate_to(app_url) as worker, gate_to(app_url) as waiter, Sessions(app_url) as sessions:
        thread = Thread(target=write_under, args=[worker, "SELECT pg_sleep(2.5)", "DELETE FROM pause"])
        thread.start()
        eventually(sessions.hold_the_gate)
        with pytest.raises(StoreError, match="the database is busy"):
            write_under(waiter, "SELECT 1")
        # A thread that raises fails the test.
        thread.join(30)


@contextmanager
def without_its_standby(server: PostgresServer) -> Iterator[Sessions]:
    """Let commits wait for a standby that is not there, inside of the block."""
    execute(server.url(), "ALTER SYSTEM SET synchronous_standby_names = 'absent'")
    execute(server.url(), "SELECT pg_reload_conf()")
    try:
        with Sessions(server.url()) as sessions:
            yield sessions
    finally:
        execute(server.url(), "ALTER SYSTEM RESET synchronous_standby_names")
        execute(server.url(), "SELECT pg_reload_conf()")


def test_a_wait_for_the_standby_that_is_cancelled_is_a_commit_without_an_answer(server_folder: Path) -> None:
    with PostgresServer(find_binaries(), server_folder / "one") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            migrate(connection)
        kept: list[CommitNotCertain] = []

        def pause(gate: Gate) -> None:
            try:
                write_under(gate, "INSERT INTO operator_pause VALUES (1, 0)")
            except CommitNotCertain as error:
                kept.append(error)

        with gate_to(server.url()) as gate, without_its_standby(server) as sessions:
            thread = Thread(target=pause, args=[gate])
            thread.start()
            eventually(sessions.wait_for_a_standby)
            sessions.cancel_waits_for_a_standby()
            thread.join(30)
        assert "canceling wait for synchronous replication due to user request" in str(kept[0])
        assert execute(server.url(), "SELECT at FROM operator_pause") == [(0,)]


def test_a_standby_that_goes_and_comes_back_loses_nothing_and_breaks_no_law(server_folder: Path) -> None:
    with PostgresServer(find_binaries(), server_folder / "one") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            migrate(connection)
        with at_work(Crew(server.url(), count=2), threads=2) as crew:
            for _ in range(5):
                eventually(crew.has_called_more_than(len(crew.upstream.calls) + 3))
                with without_its_standby(server) as sessions:
                    for _ in range(3):
                        eventually(sessions.wait_for_a_standby)
                        sessions.cancel_waits_for_a_standby()
            eventually(crew.has_called_more_than(len(crew.upstream.calls) + 3))
        crew.check(server.url())
        assert crew.load.errors == []
