"""Many writes, one commit."""

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread, get_ident

import pytest

from ingest_service.errors import CommitNotCertain, StoreError, StoreStopped
from ingest_service.stores.sqlite.connections import connect
from ingest_service.stores.sqlite.group_commit import GroupCommit
from tests.doubles import VirtualClock
from tests.stores.sqlite.gathering import Asking, Gathering

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
    """Every commit that was reported: its writes, and how long it took."""
    return []


@pytest.fixture
def given_up() -> list[str]:
    """Reasons for which the process would have been ended."""
    return []


@pytest.fixture
def on_commit() -> list[Callable[[], None]]:
    """Actions at the reports of the next commits, the last one first."""
    return []


@pytest.fixture
def group_commit(
    path: Path,
    traced: list[str],
    clock: VirtualClock,
    commits: list[tuple[int, int]],
    given_up: list[str],
    on_commit: list[Callable[[], None]],
) -> Iterator[GroupCommit]:
    def committed(writes: int, took: int) -> None:
        commits.append((writes, took))
        if on_commit:
            on_commit.pop()()

    connection = connect(path)
    connection.execute("CREATE TABLE words (word TEXT UNIQUE)")
    connection.set_trace_callback(traced.append)
    group_commit = GroupCommit(clock, committed, given_up.append)
    group_commit.open(connection)
    yield group_commit
    group_commit.close()


def words(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT word FROM words ORDER BY rowid").fetchall()
    connection.close()
    return [word for (word,) in rows]


def insert(word: str) -> Statements:
    def statements(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO words VALUES (?)", [word])

    return statements


def fail(_: object = None) -> None:
    raise ZeroDivisionError("no such number")


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


def test_every_commit_is_reported_with_its_writes_and_how_long_it_took(
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


def test_a_commit_that_failed_is_not_reported(group_commit: GroupCommit, commits: list[tuple[int, int]]) -> None:
    group_commit.write(insert("a"))
    with pytest.raises(StoreError, match="UNIQUE constraint failed"):
        group_commit.write(insert("a"))
    assert commits == [(1, 0)]


def test_a_close_commits_what_was_asked_before_it(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    gathering.ask("a", partial(group_commit.write, insert("a")))
    stopping = Thread(target=group_commit.close)
    stopping.start()
    gathering.let_go()
    stopping.join()
    assert words(path) == ["a"]
    assert not group_commit.is_open


def test_nothing_is_written_after_a_close(group_commit: GroupCommit) -> None:
    group_commit.close()
    group_commit.close()
    with pytest.raises(StoreStopped):
        group_commit.write(insert("late"))


def test_an_unexpected_error_in_a_write_is_its_answer_and_the_others_of_its_group_are_kept(
    group_commit: GroupCommit, path: Path, given_up: list[str]
) -> None:
    gathering = Gathering(group_commit)
    gathering.ask("a", partial(group_commit.write, insert("a")))
    gathering.ask("bad", partial(group_commit.write, fail))
    gathering.ask("b", partial(group_commit.write, insert("b")))
    gathering.let_go()
    assert [*gathering.errors] == ["bad"]
    assert isinstance(gathering.errors["bad"], ZeroDivisionError)
    assert words(path) == ["a", "b"]
    group_commit.write(insert("later"))
    assert words(path) == ["a", "b", "later"]
    assert given_up == []


def test_an_error_in_what_follows_a_commit_is_the_answer_and_ends_the_process(
    group_commit: GroupCommit, path: Path, given_up: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    gathering = Gathering(group_commit)
    followed: list[object] = []
    gathering.ask("a", partial(group_commit.write, insert("a"), followed.append))
    gathering.ask("bad", partial(group_commit.write, insert("bad"), fail))
    gathering.ask("b", partial(group_commit.write, insert("b"), followed.append))
    gathering.let_go()
    assert [*gathering.errors] == ["bad"]
    assert isinstance(gathering.errors["bad"], ZeroDivisionError)
    assert given_up == ["memory no longer agrees with the disk"]
    assert "ZeroDivisionError: no such number" in caplog.text
    assert words(path) == ["a", "bad", "b"]
    assert followed == [None, None]
    group_commit.write(insert("later"))
    assert words(path)[-1] == "later"


def test_a_commit_whose_report_fails_is_answered_and_followed_like_any_other(
    group_commit: GroupCommit, path: Path, on_commit: list[Callable[[], None]], given_up: list[str]
) -> None:
    followed: list[object] = []
    on_commit.append(fail)
    group_commit.write(insert("a"), followed.append)
    assert (words(path), followed) == (["a"], [None])
    group_commit.write(insert("later"), followed.append)
    assert (words(path), followed) == (["a", "later"], [None, None])
    assert given_up == []


def test_what_gathers_behind_a_report_that_fails_is_committed(
    group_commit: GroupCommit, path: Path, on_commit: list[Callable[[], None]]
) -> None:
    on_commit.append(fail)
    gathering = Gathering(group_commit)
    gathering.ask("a", partial(group_commit.write, insert("a")))
    gathering.let_go()
    assert (words(path), gathering.errors) == (["a"], {})


def test_the_first_of_those_that_gathered_writes_for_all_of_them(group_commit: GroupCommit) -> None:
    gathering = Gathering(group_commit)
    threads: list[int] = []
    first: list[int] = []

    def lead() -> None:
        first.append(get_ident())
        group_commit.write(lambda _: threads.append(get_ident()))

    gathering.ask("first", lead)
    for name in ("second", "third"):
        gathering.ask(name, lambda: group_commit.write(lambda _: threads.append(get_ident())))
    gathering.let_go()
    assert threads == first * 3


def test_a_leader_whose_own_write_fails_commits_for_the_others(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    gathering.ask("bad", partial(group_commit.write, fail))
    gathering.ask("a", partial(group_commit.write, insert("a")))
    gathering.let_go()
    assert [*gathering.errors] == ["bad"]
    assert words(path) == ["a"]


def test_a_write_waits_for_one_other_group_only(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    later = Asking(lambda: group_commit.write(insert("later")))
    seen: list[str] = []

    def ask_for_more(connection: sqlite3.Connection) -> None:
        insert("a")(connection)
        later.start()
        while not group_commit._waiting:
            pass

    gathering.ask("a", partial(group_commit.write, ask_for_more, lambda _: seen.extend(words(path))))
    gathering.ask("b", partial(group_commit.write, insert("b")))
    gathering.let_go()
    assert seen == ["a", "b"]
    assert later.answer() is None
    assert words(path) == ["a", "b", "later"]


@pytest.mark.parametrize("ends", ["statements", "afterwards"])
def test_a_leader_that_is_ended_answers_all_of_its_group_and_the_process_ends(
    group_commit: GroupCommit, path: Path, given_up: list[str], ends: str
) -> None:
    def exit_thread(_: object) -> None:
        raise SystemExit

    gathering = Gathering(group_commit)
    what = {"statements": (exit_thread, None), "afterwards": (insert("a"), exit_thread)}[ends]

    def be_ended() -> None:
        with pytest.raises(SystemExit):
            group_commit.write(*what)

    gathering.ask("ended", be_ended)
    gathering.ask("b", partial(group_commit.write, insert("b")))
    gathering.let_go()
    assert isinstance(gathering.errors["b"], CommitNotCertain)
    assert given_up == ["memory no longer agrees with the disk"]
    group_commit.write(insert("later"))
    assert words(path)[-1] == "later"


def test_what_is_asked_while_a_close_waits_is_refused(group_commit: GroupCommit, path: Path) -> None:
    gathering = Gathering(group_commit)
    gathering.ask("a", partial(group_commit.write, insert("a")))
    closing = Asking(group_commit.close)
    closing.start()
    while group_commit.is_open:
        pass
    with pytest.raises(StoreStopped):
        group_commit.write(insert("late"))
    gathering.let_go()
    assert closing.answer() is None
    assert (words(path), gathering.errors) == (["a"], {})
    group_commit.open(connect(path))
    group_commit.write(insert("again"))
    assert words(path) == ["a", "again"]
