"""Limits of a server that are reached: submissions are refused with a sentence, and all goes on afterwards."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from ingest_service.errors import NOT_CERTAIN, StoreError
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.schema import migrate
from tests.engines.rig import submission_of
from tests.postgres.binaries import find_binaries
from tests.postgres.databases import in_url
from tests.postgres.server import USER, PostgresServer, temporary_folder
from tests.postgres.sessions import Sessions
from tests.processes.waiting import eventually
from tests.stores.postgres.crew import Crew, Member, at_work
from tests.stores.postgres.gates import execute

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server with a role that is no superuser and has no rights."""
    with temporary_folder() as folder, PostgresServer(find_binaries(), folder / "one") as server:
        execute(server.url(), "CREATE ROLE app LOGIN")
        yield server


def as_app(url: str) -> str:
    return url.replace(f"//{USER}@", "//app@")


@contextmanager
def limited_to(server: PostgresServer, connections: int) -> Iterator[None]:
    """Let the role have this number of connections inside of the block."""
    execute(server.url(), f"ALTER ROLE app CONNECTION LIMIT {connections}")
    yield
    execute(server.url(), "ALTER ROLE app CONNECTION LIMIT -1")


def sentence_of_a_start(url: str) -> str:
    database = PostgresDatabase(url)
    with pytest.raises(StoreError) as caught:
        database.start()
    return str(caught.value)


def migrated(url: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection)
    return url


def refusal(member: Member, sentence: str) -> str:
    """Submit until a submission is refused with this sentence, and return all of it; else the third refusal.

    Those before it may tell of the connection that was ended, and that they may be kept.
    """
    refused: list[str] = []
    while len(refused) < 3 and not any(sentence in one for one in refused):
        try:
            member.engine.admit(submission_of([1]), None)
        except StoreError as error:
            refused.append(str(error))
    return refused[-1]


def check_that_it_goes_on(
    crew: Crew, url: str, sentence: str, limited: Callable[[], AbstractContextManager[None]]
) -> None:
    """Let it work, reach a limit, read what a sender reads, and let it work again once that is over."""
    with at_work(crew, threads=0), ExitStack() as limit:
        engine = crew.members[0].engine
        crew.load.accepted += [engine.admit(submission_of([1]), None) for _ in range(50)]
        eventually(crew.has_called_more_than(6))
        limit.enter_context(limited())
        refused = refusal(crew.members[0], sentence)
        assert sentence in refused
        assert NOT_CERTAIN not in refused
        limit.close()
        eventually(crew.has_called_more_than(len(crew.upstream.calls) + 6))
        crew.load.accepted.append(engine.admit(submission_of([1]), None))
    crew.check(url)


def test_a_database_that_becomes_read_only_is_waited_for(server: PostgresServer) -> None:
    url = migrated(server.createdb("read_only"))

    def alter(change: str) -> None:
        execute(url, f"ALTER SYSTEM {change}")
        execute(url, "SELECT pg_reload_conf()")

    @contextmanager
    def read_only() -> Iterator[None]:
        alter("SET default_transaction_read_only = on")
        yield
        alter("RESET default_transaction_read_only")

    check_that_it_goes_on(Crew(url, count=2), url, "read-only", read_only)


def test_connections_that_run_out_are_waited_for(server: PostgresServer) -> None:
    execute(server.url(), "CREATE DATABASE crowded OWNER app")
    direct = in_url(server.url(), "crowded")
    url = migrated(as_app(direct))

    @contextmanager
    def crowded() -> Iterator[None]:
        """Let no new connection in, and end all that there are."""
        with limited_to(server, 0), Sessions(direct) as sessions:
            for pid in sessions.pids():
                sessions.end(pid)
            yield

    check_that_it_goes_on(Crew(url, count=2), direct, 'too many connections for role "app"', crowded)


def test_a_start_without_a_connection_to_be_had_is_refused(server: PostgresServer) -> None:
    with limited_to(server, 0):
        sentence = sentence_of_a_start(as_app(server.url()))
    assert sentence.startswith("the database cannot be reached: ")
    assert sentence.endswith('too many connections for role "app"')


def test_a_role_without_rights_is_refused(server: PostgresServer) -> None:
    url = server.createdb("without_rights")
    execute(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert sentence_of_a_start(as_app(url)) == (
        "the schema of the database cannot be brought up to date: permission denied for schema public"
    )


def test_a_role_that_may_not_use_the_tables_of_another_is_refused(server: PostgresServer) -> None:
    url = migrated(server.createdb("of_another"))
    assert sentence_of_a_start(as_app(url)) == (
        "the schema of the database cannot be brought up to date: permission denied for table schema_version"
    )


@contextmanager
def small_disk(server: PostgresServer) -> Iterator[Path]:
    """Give a folder of the server's with a disk of 40 MB."""
    folder = server.directory / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk, and not in every container")
    try:
        owner = server.directory.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_waited_for(server: PostgresServer) -> None:
    with small_disk(server) as disk:
        space = disk / "space"
        space.mkdir()
        shutil.chown(space, disk.owner())
        execute(server.url(), f"CREATE TABLESPACE small LOCATION '{space}'")
        execute(server.url(), "CREATE DATABASE small TABLESPACE small")
        url = migrated(in_url(server.url(), "small"))

        @contextmanager
        def full() -> Iterator[None]:
            filler = disk / "filler"
            filler.write_bytes(bytes(shutil.disk_usage(disk).free))
            yield
            filler.unlink()

        check_that_it_goes_on(Crew(url, count=2), url, "No space left on device", full)
        execute(server.url(), "DROP DATABASE small WITH (FORCE)")
        execute(server.url(), "DROP TABLESPACE small")
