"""Many writes, one commit."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from ingest_service.errors import StoreError, StoreStopped
from ingest_service.stores.connections import connect
from ingest_service.stores.group_commit import GroupCommit, Statements


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def traced() -> list[str]:
    """Every statement that SQLite ran on the connection of the group commit."""
    return []


@pytest.fixture
def group_commit(path: Path, traced: list[str]) -> Iterator[GroupCommit]:
    connection = connect(path)
    connection.execute("CREATE TABLE words (word TEXT UNIQUE)")
    connection.set_trace_callback(traced.append)
    group_commit = GroupCommit()
    group_commit.start(connection)
    yield group_commit
    group_commit.stop()


def words(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT word FROM words ORDER BY rowid").fetchall()
    connection.close()
    return [word for (word,) in rows]


def insert(word: str) -> Statements:
    def statements(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO words VALUES (?)", [word])

    return statements


class Gathering:
    """Holds the writing thread inside a write until others have gathered behind it."""

    def __init__(self, group_commit: GroupCommit) -> None:
        self._group_commit = group_commit
        self._entered, self._go_on = Event(), Event()
        self._threads: list[Thread] = []
        self.errors: dict[str, Exception] = {}
        self._write("first", self._hold)
        self._entered.wait()

    def write(self, word: str, statements: Statements | None = None) -> None:
        """Write from a thread of its own, and see to it that the write has joined the queue."""
        before = self._group_commit._queue.qsize()
        self._write(word, statements or insert(word))
        while self._group_commit._queue.qsize() == before:
            pass

    def let_go(self) -> None:
        self._go_on.set()
        for thread in self._threads:
            thread.join()

    def _hold(self, connection: sqlite3.Connection) -> None:
        self._entered.set()
        self._go_on.wait()
        connection.execute("INSERT INTO words VALUES ('first')")

    def _write(self, word: str, statements: Statements) -> None:
        def run() -> None:
            try:
                self._group_commit.write(statements)
            except StoreError as error:
                self.errors[word] = error

        self._threads.append(Thread(target=run))
        self._threads[-1].start()


def test_a_write_is_durable_when_it_returns(group_commit: GroupCommit, path: Path) -> None:
    group_commit.write(insert("one"))
    assert words(path) == ["one"]


def test_what_gathers_during_a_commit_shares_the_next_one(
    group_commit: GroupCommit, path: Path, traced: list[str]
) -> None:
    gathering = Gathering(group_commit)
    for word in ("a", "b", "c"):
        gathering.write(word)
    gathering.let_go()
    assert words(path) == ["first", "a", "b", "c"]
    assert traced.count("COMMIT") == 2


def test_one_bad_write_fails_alone_and_the_others_of_its_group_are_kept(
    group_commit: GroupCommit, path: Path
) -> None:
    gathering = Gathering(group_commit)
    for word, statements in {"a": insert("a"), "twice": insert("first"), "b": insert("b")}.items():
        gathering.write(word, statements)
    gathering.let_go()
    assert words(path) == ["first", "a", "b"]
    assert [*gathering.errors] == ["twice"]
    assert "UNIQUE constraint failed" in str(gathering.errors["twice"])


def test_what_follows_a_commit_runs_in_the_order_of_the_writes(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    seen: list[tuple[str, list[str]]] = []

    def noting(word: str) -> Statements:
        def statements(connection: sqlite3.Connection) -> Callable[[], None]:
            insert(word)(connection)
            return lambda: seen.append((word, words(path)))

        return statements

    for word in ("a", "b"):
        gathering.write(word, noting(word))
    gathering.let_go()
    assert seen == [("a", ["first", "a", "b"]), ("b", ["first", "a", "b"])]


def test_a_stop_commits_what_was_asked_before_it(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    gathering.write("a")
    stopping = Thread(target=group_commit.stop)
    stopping.start()
    gathering.let_go()
    stopping.join()
    assert words(path) == ["first", "a"]
    assert not group_commit.alive


def test_nothing_is_written_after_a_stop(group_commit: GroupCommit) -> None:
    group_commit.stop()
    group_commit.stop()
    with pytest.raises(StoreStopped):
        group_commit.write(insert("late"))
