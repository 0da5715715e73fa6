"""Rows that are returned again: only as long as no commit can have changed them."""

import pytest

from ingest_service.stores.sqlite.row_cache import MOST_ROWS, RowCache


class Table:
    """A row that changes with each commit, and how often it was read."""

    def __init__(self) -> None:
        self.row = 0
        self.reads = 0

    def read(self) -> int:
        self.reads += 1
        return self.row


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def cache() -> RowCache:
    return RowCache()


def test_a_row_is_read_once_between_two_commits(cache: RowCache, table: Table) -> None:
    assert [cache.row("key", table.read) for _ in range(3)] == [0, 0, 0]
    assert table.reads == 1


def test_that_there_is_no_row_is_kept_too(cache: RowCache) -> None:
    answers = iter([None, 1])
    assert [cache.row("key", lambda: next(answers)) for _ in range(2)] == [None, None]


def test_each_key_has_a_row_of_its_own(cache: RowCache) -> None:
    assert [cache.row(key, key.upper) for key in ("one", "two", "one")] == ["ONE", "TWO", "ONE"]


def test_after_a_commit_a_row_is_read_again(cache: RowCache, table: Table) -> None:
    cache.row("key", table.read)
    with cache.changing():
        table.row = 1
    assert cache.row("key", table.read) == 1


def test_during_a_commit_each_row_is_read_and_none_is_kept(cache: RowCache, table: Table) -> None:
    with cache.changing():
        before = cache.row("key", table.read)
        table.row = 1
        during = cache.row("key", table.read)
        table.row = 2
    assert [before, during, cache.row("key", table.read)] == [0, 1, 2]


def test_after_a_commit_that_failed_a_row_is_read_again(cache: RowCache, table: Table) -> None:
    cache.row("key", table.read)
    table.row = 1
    with pytest.raises(ZeroDivisionError), cache.changing():
        _ = 1 / 0
    assert [cache.row("key", table.read), cache.row("key", table.read), table.reads] == [1, 1, 2]


def test_a_read_that_a_commit_overtook_is_kept_for_no_later_one(cache: RowCache, table: Table) -> None:
    def read() -> int:
        row = table.read()
        with cache.changing():
            table.row = 1
        return row

    assert [cache.row("key", read), cache.row("key", table.read)] == [0, 1]


def test_more_rows_than_there_is_room_for_are_forgotten(cache: RowCache, table: Table) -> None:
    for key in range(MOST_ROWS + 1):
        cache.row(key, table.read)
    cache.row(MOST_ROWS, table.read)
    assert table.reads == MOST_ROWS + 1
    cache.row(0, table.read)
    assert table.reads == MOST_ROWS + 2
