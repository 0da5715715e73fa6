"""The ids of an ingestion are read in blocks, which are kept for the slots that follow."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.stores.sqlite.admitting import insert_ingestion
from ingest_service.stores.sqlite.checksums import CheckedIds
from tests.doubles import UnthreadedDatabase

BLOCK = 1024
BLOCKS = 65  # one more than are kept
IDS = PackedIds.of(range(1, BLOCKS * BLOCK + 1))


class CountedReads(UnthreadedDatabase):
    """A database that counts how often it is read."""

    reads = 0

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        self.reads += 1
        with super().read() as connection:
            yield connection


@pytest.fixture
def database() -> CountedReads:
    """A database with one ingestion, which was not read yet."""
    database = CountedReads()
    database.start()
    ingestion = Ingestion(1, Priority.LOW, 3, len(IDS))
    database.write(lambda connection: insert_ingestion(connection, ingestion, IDS, 0))
    database.reads = 0
    return database


def test_ids_of_a_block_that_was_read_are_not_read_again(database: CountedReads) -> None:
    ids = CheckedIds(database)
    assert ids.at(1, range(3)) == (1, 2, 3)
    assert ids.at(1, (3, 700, BLOCK - 1)) == (4, 701, BLOCK)
    assert database.reads == 1
    assert ids.at(1, (BLOCK,)) == (BLOCK + 1,)
    assert database.reads == 2


def test_ids_of_neighbouring_blocks_are_read_at_once(database: CountedReads) -> None:
    assert CheckedIds(database).at(1, (BLOCK - 1, BLOCK)) == (BLOCK, BLOCK + 1)
    assert database.reads == 1


def test_no_more_blocks_are_kept_than_the_last_few(database: CountedReads) -> None:
    ids = CheckedIds(database)
    for block in range(BLOCKS):
        ids.at(1, (block * BLOCK,))
    ids.at(1, (BLOCK + 1,))
    assert database.reads == BLOCKS
    ids.at(1, (0,))
    assert database.reads == BLOCKS + 1


def test_what_was_read_is_forgotten_when_the_database_may_be_another(database: CountedReads) -> None:
    ids = CheckedIds(database)
    ids.at(1, (0,))
    ids.forget()
    assert ids.at(1, (0,)) == (1,)
    assert database.reads == 2


def test_no_positions_need_no_reading(database: CountedReads) -> None:
    assert CheckedIds(database).at(1, ()) == ()
    assert database.reads == 0
