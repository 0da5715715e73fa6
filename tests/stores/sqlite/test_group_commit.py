"""Many writes, one commit."""

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from ingest_service.errors import StoreError, StoreStopped
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.group_commit import GroupCommit
from tests.doubles import VirtualClock
from tests.stores.sqlite.gathering import Gathering

Statements = Callable[[sqlite3.Connection], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def traced() -> list[str]:
    """Every statement that SQLite ran on the connection of the group commit."""
    return []


@pytest.fixture
def commits() -> list[tuple[int, int]]:
    """Every commit that was told: its writes, and how long it took."""
    return []


@pytest.fixture
def group_commit(
    path: Path, traced: list[str], clock: VirtualClock, commits: list[tuple[int, int]]
) -> Iterator[GroupCommit]:
    connection = connect(path)
    connection.execute("CREATE TABLE words (word TEXT UNIQUE)")
    connection.set_trace_callback(traced.append)
    group_commit = GroupCommit(clock, lambda writes, took: commits.append((writes, took)))
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


def test_a_write_is_durable_when_it_returns(group_commit: GroupCommit, path: Path) -> None:
    group_commit.write(insert("one"))
    assert words(path) == ["one"]


def test_what_gathers_during_a_commit_shares_the_next_one(
    group_commit: GroupCommit, path: Path, traced: list[str]
) -> None:
    gathering = Gathering(group_commit)
    for word in ("a", "b", "c"):
        gathering.ask(word, partial(group_commit.write, insert(word)))
    gathering.let_go()
    assert words(path) == ["a", "b", "c"]
    assert traced.count("COMMIT") == 2


def test_one_bad_write_fails_alone_and_the_others_of_its_group_are_kept(
    group_commit: GroupCommit, path: Path
) -> None:
    gathering = Gathering(group_commit)
    for name, word in {"a": "a", "twice": "a", "b": "b"}.items():
        gathering.ask(name, partial(group_commit.write, insert(word)))
    gathering.let_go()
    assert words(path) == ["a", "b"]
    assert [*gathering.errors] == ["twice"]
    assert "UNIQUE constraint failed" in str(gathering.errors["twice"])


def test_what_follows_a_commit_runs_in_the_order_of_the_writes(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    seen: list[tuple[str, list[str]]] = []

    def returning(word: str) -> Callable[[sqlite3.Connection], str]:
        def statements(connection: sqlite3.Connection) -> str:
            insert(word)(connection)
            return word.upper()

        return statements

    for word in ("a", "b"):
        note = partial(group_commit.write, returning(word), lambda result: seen.append((result, words(path))))
        gathering.ask(word, note)
    gathering.let_go()
    assert seen == [("A", ["a", "b"]), ("B", ["a", "b"])]


def test_a_write_returns_the_result_of_the_run_that_was_kept(group_commit: GroupCommit) -> None:
    gathering = Gathering(group_commit)
    runs: list[str] = []

    def count_runs(connection: sqlite3.Connection) -> int:
        runs.append("run")
        insert("counted")(connection)
        return len(runs)

    gathering.ask("count", partial(group_commit.write, count_runs))
    gathering.ask("twice", partial(group_commit.write, insert("counted")))
    gathering.let_go()
    assert gathering.results["count"] == 2
    assert [*gathering.errors] == ["twice"]


def test_every_commit_is_told_with_its_writes_and_how_long_it_took(
    group_commit: GroupCommit, clock: VirtualClock, commits: list[tuple[int, int]]
) -> None:
    def take_long(connection: sqlite3.Connection) -> None:
        clock.time += 70
        insert("long")(connection)

    gathering = Gathering(group_commit)
    gathering.ask("a", partial(group_commit.write, insert("a")))
    gathering.ask("long", partial(group_commit.write, take_long))
    gathering.let_go()
    assert commits == [(1, 0), (2, 70)]


def test_a_commit_that_failed_is_not_told(group_commit: GroupCommit, commits: list[tuple[int, int]]) -> None:
    group_commit.write(insert("a"))
    with pytest.raises(StoreError, match="UNIQUE constraint failed"):
        group_commit.write(insert("a"))
    assert commits == [(1, 0)]


def test_a_stop_commits_what_was_asked_before_it(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    gathering.ask("a", partial(group_commit.write, insert("a")))
    stopping = Thread(target=group_commit.stop)
    stopping.start()
    gathering.let_go()
    stopping.join()
    assert words(path) == ["a"]
    assert not group_commit.alive


def test_nothing_is_written_after_a_stop(group_commit: GroupCommit) -> None:
    group_commit.stop()
    group_commit.stop()
    with pytest.raises(StoreStopped):
        group_commit.write(insert("late"))
