"""Checksums of the ids of each ingestion, so that damage of the disk changes no call."""

import sqlite3
import struct
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

from ingest_service.domain.packed_ids import BYTES_PER_ID, PackedIds
from ingest_service.errors import IdsDamaged
from ingest_service.stores.sql.database import Database

# Small enough to read with a batch, large enough that a million ids have 4 kB of checksums.
_IDS_IN_BLOCK = 1024
_BLOCK = _IDS_IN_BLOCK * BYTES_PER_ID
# Those of the most urgent ingestions, as many as a slot may have, and of ids that are called again.
_BLOCKS_KEPT = 64


def crcs_of(packed: bytes) -> bytes:
    """Return the checksums of these ids, as they are kept."""
    crcs = [crc32(packed[start : start + _BLOCK]) for start in range(0, len(packed), _BLOCK)]
    return struct.pack(f"<{len(crcs)}I", *crcs)


def insert_checksums(connection: sqlite3.Connection, sequence: int, ids: PackedIds) -> None:
    """Write the checksums of an ingestion."""
    connection.execute("INSERT INTO checksums (sequence, crcs) VALUES (?, ?)", [sequence, crcs_of(ids.packed)])


def require_intact(sequence: int, packed: bytes, crcs: bytes | None) -> None:
    """Raise IdsDamaged unless these ids, which are whole blocks, have these checksums (None: they have none)."""
    if crcs is not None and crcs_of(packed) != crcs:
        raise IdsDamaged(sequence)


class CheckedIds:
    """Reads ids of ingestions, and checks them. Any thread.

    It keeps the blocks that it read last: they serve the slots that follow, and SQLite reads all ids of an
    ingestion to return a few of them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._blocks = lru_cache(_BLOCKS_KEPT)(self._read_blocks)

    def forget(self) -> None:
        """Forget what was read: the database may be another one."""
        self._blocks.cache_clear()

    def at(self, sequence: int, positions: Sequence[int]) -> tuple[int, ...]:
        """Return the ids of an ingestion at these positions, in ascending order. Raises IdsDamaged.

        Ingestions of a former version have no checksums, and are not checked.
        """
        if not positions:
            return ()
        first, last = positions[0] // _IDS_IN_BLOCK, positions[-1] // _IDS_IN_BLOCK
        ids = self._blocks(sequence, first, last + 1 - first)
        return tuple(ids[position - first * _IDS_IN_BLOCK] for position in positions)

    def _read_blocks(self, sequence: int, first: int, count: int) -> PackedIds:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT substr(ids, ?, ?), substr(crcs, ?, ?) "
                "FROM ingestions LEFT JOIN checksums USING (sequence) WHERE sequence = ?",
                [first * _BLOCK + 1, count * _BLOCK, first * 4 + 1, count * 4, sequence],
            ).fetchone()
        # Where the row is lost, or is no row of an ingestion any more, all of it is damaged.
        blocks, expected = row or (None, None)
        if not isinstance(blocks, bytes):
            raise IdsDamaged(sequence)
        require_intact(sequence, blocks, expected)
        return PackedIds(blocks)
