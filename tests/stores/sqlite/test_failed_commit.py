"""A commit that fails at its end may lie whole in the log: a start after a crash must not take it for kept."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest_service.errors import NOT_CERTAIN, CommitNotCertain, StoreError
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.group_commit import PROBE_INTERVAL, GroupCommit
from tests.doubles import VirtualClock
from tests.stores.sqlite.test_group_commit import insert, words

PHANTOM = "INSERT INTO words VALUES ('phantom')"


class FailingConnection(sqlite3.Connection):
    """A connection whose next commits write everything to the log, and fail when they wait for the disk."""

    path: Path
    failures = 0
    is_full = False
    rollbacks_fail = False
    forgets_the_answer = False

    def rollback(self) -> None:
        if self.rollbacks_fail:
            raise MemoryError
        super().rollback()

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement == "COMMIT" and self.forgets_the_answer:
            super().execute(statement)
            raise MemoryError
        if statement == "COMMIT" and self.failures:
            self.failures -= 1
            super().execute("ROLLBACK")
            self._fail()
        return super().execute(statement, *parameters)

    def _fail(self) -> None:
        if self.is_full:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full
        if not self._has_left_some:
            append_to_log(self.path, PHANTOM)
            self._has_left_some = True
        raise sqlite3.OperationalError("disk I/O error")

    _has_left_some = False


def copied(path: Path, name: str) -> Path:
    """Copy a database as a crash leaves it: the index of the log is not on the disk."""
    copy = path.with_name(name)
    for ending in ("", "-wal"):
        shutil.copy2(f"{path}{ending}", f"{copy}{ending}")
    return copy


def append_to_log(path: Path, statement: str) -> None:
    """Let a commit of this statement follow in the log, unknown to those who have the database open."""
    copy = copied(path, "copy.db")
    log, longer = Path(f"{path}-wal"), Path(f"{copy}-wal")
    size = log.stat().st_size
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(statement)
        with log.open("r+b") as appended:
            appended.seek(size)
            appended.write(longer.read_bytes()[size:])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    connection = connect(path)
    connection.execute("CREATE TABLE words (word TEXT UNIQUE)")
    connection.close()
    return path


@pytest.fixture
def connection(path: Path) -> FailingConnection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=FailingConnection)
    connection.path = path
    connection.execute("INSERT INTO words VALUES ('before')")
    return connection


@pytest.fixture
def given_up() -> list[str]:
    """Reasons for which the process would have been ended."""
    return []


@pytest.fixture
def group_commit(connection: FailingConnection, clock: VirtualClock, given_up: list[str]) -> Iterator[GroupCommit]:
    group_commit = GroupCommit(clock, lambda _writes, _took: None, given_up.append)
    group_commit.open(connection)
    yield group_commit
    group_commit.close()


def refused(group_commit: GroupCommit) -> str:
    with pytest.raises(StoreError) as caught:
        group_commit.write(insert("phantom"))
    return str(caught.value)


def test_a_commit_that_failed_is_not_there_after_a_crash(
    path: Path, connection: FailingConnection, group_commit: GroupCommit
) -> None:
    connection.failures = 1
    assert refused(group_commit) == "the database could not be written: disk I/O error"
    assert words(copied(path, "crashed.db")) == ["before"]


def test_while_the_disk_goes_on_failing_the_refusal_says_that_it_is_not_certain(
    path: Path, connection: FailingConnection, group_commit: GroupCommit
) -> None:
    connection.failures = 2
    assert refused(group_commit) == f"the database could not be written: disk I/O error; {NOT_CERTAIN}"
    assert words(copied(path, "crashed.db")) == ["before", "phantom"]
    group_commit.write(insert("after"))
    assert words(copied(path, "crashed later.db")) == ["before", "after"]


def test_on_a_full_disk_it_is_certain_that_nothing_was_kept(
    connection: FailingConnection, group_commit: GroupCommit
) -> None:
    connection.is_full = True
    connection.failures = 9
    assert refused(group_commit) == "the database could not be written: database or disk is full"


def test_a_commit_that_failed_is_known_until_another_one_succeeds(
    connection: FailingConnection, group_commit: GroupCommit
) -> None:
    group_commit.probe()
    connection.failures = 1
    refusal = refused(group_commit)
    with pytest.raises(StoreError, match=refusal):
        group_commit.probe()
    group_commit.write(insert("after"))
    group_commit.probe()


def test_an_idle_service_finds_out_that_nothing_can_be_written_and_that_it_can_again(
    connection: FailingConnection, group_commit: GroupCommit, clock: VirtualClock
) -> None:
    connection.failures = 2
    group_commit.probe()
    clock.time += PROBE_INTERVAL
    with pytest.raises(StoreError, match="the database could not be written: disk I/O error"):
        group_commit.probe()
    with pytest.raises(StoreError, match="the database could not be written: disk I/O error"):
        group_commit.probe()
    clock.time += PROBE_INTERVAL
    group_commit.probe()


def test_a_probe_writes_no_more_than_once_in_an_interval(
    path: Path, connection: FailingConnection, group_commit: GroupCommit, clock: VirtualClock
) -> None:
    log = Path(f"{path}-wal")
    clock.time += PROBE_INTERVAL
    sizes = [log.stat().st_size]
    for _ in range(3):
        group_commit.probe()
        sizes.append(log.stat().st_size)
    assert sizes[0] < sizes[1] == sizes[2] == sizes[3]
    assert connection.execute("SELECT count(*) FROM words").fetchone() == (1,)


def no_memory(connection: sqlite3.Connection) -> None:
    insert("half")(connection)
    raise MemoryError


def test_a_write_without_memory_is_refused_and_nothing_of_it_is_kept(
    path: Path, group_commit: GroupCommit
) -> None:
    with pytest.raises(StoreError, match=r"^the database could not be written: no memory is left$"):
        group_commit.write(no_memory)
    group_commit.write(insert("after"))
    assert words(path) == ["before", "after"]


def test_what_could_not_be_rolled_back_is_rolled_back_before_the_next_commit(
    path: Path, connection: FailingConnection, group_commit: GroupCommit
) -> None:
    connection.rollbacks_fail = True
    with pytest.raises(StoreError):
        group_commit.write(no_memory)
    connection.rollbacks_fail = False
    group_commit.write(insert("after"))
    assert words(path) == ["before", "after"]


def test_a_commit_without_memory_at_its_end_ends_the_process(
    path: Path, connection: FailingConnection, group_commit: GroupCommit, given_up: list[str]
) -> None:
    connection.forgets_the_answer = True
    with pytest.raises(CommitNotCertain):
        group_commit.write(insert("kept"))
    assert given_up == ["memory no longer agrees with the disk"]
    assert words(path) == ["before", "kept"]
