"""A backup of a database in an SQLite file, also while a service works on it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest_service.errors import BackupRefused, StoreDamaged, StoreError
from ingest_service.stores.sqlite.connections import translated
from ingest_service.stores.sqlite.syncing import sync, sync_folder

# After these, a signal is heeded and the progress is shown.
_PAGES_AT_ONCE = 1000
# In tables and columns that every version of the schema has.
_WAITING = "SELECT count(*) FROM (SELECT sequence FROM backlog UNION SELECT sequence FROM open_batches)"
_LAST_SLOT = "SELECT number, opened_at FROM slots ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Contents:
    """Content of a backup: how many ingestions, how many of them wait, and its last slot, if any.

    The slot comes with the time at which it opened (wall clock).
    """

    ingestions: int
    waiting: int
    last_slot: tuple[int, int] | None


def back_up(database: Path, file: Path, copied: Callable[[int, int], None]) -> Contents:
    """Write all that a database has at this moment into a new file: whole, checked and durable, or not at all.

    A service may go on meanwhile. `copied` gets how many pages are copied and how many there are, after every few.
    Blocks. Raises BackupRefused before anything is written, StoreError, and what `copied` raises.
    """
    if not database.exists():
        raise BackupRefused(f"there is no database {database}; INGEST_DATABASE_URL names the one to back up")
    _require_free(file)
    try:
        with TemporaryDirectory(dir=file.parent, prefix=f"{file.name}.") as folder:
            part = Path(folder) / file.name
            contents = _copy(database, part, file, copied)
            sync(part)
            _require_free(file)
            part.rename(file)
        sync_folder(file.parent)
    except OSError as error:
        raise StoreError(f"cannot write the backup {file}: {error.strerror}") from error
    return contents


def _require_free(file: Path) -> None:
    if os.path.lexists(file):
        raise BackupRefused(f"{file} exists already; a backup overwrites nothing")


def _copy(database: Path, part: Path, file: Path, copied: Callable[[int, int], None]) -> Contents:
    """Copy the database into this part of a file, check it, and return what it has."""
    uri = f"{database.absolute().as_uri()}?mode=rw"
    with (
        translated(f"cannot make the backup {file} of {database}"),
        closing(sqlite3.connect(uri, isolation_level=None, uri=True)) as source,
        closing(sqlite3.connect(part, isolation_level=None)) as target,
    ):
        # All pages are of one moment, however long it takes.
        source.execute("BEGIN")
        (version,) = source.execute("PRAGMA user_version").fetchone()
        if version == 0:
            raise BackupRefused(f"{database} is no database of this service")
        _fill(target, source, copied)
        # The copy is one file, which can be read where nothing can be written.
        target.execute("PRAGMA journal_mode = DELETE")
        _require_intact(target, database)
        return _contents(target)


def _fill(target: sqlite3.Connection, source: sqlite3.Connection, copied: Callable[[int, int], None]) -> None:
    def show(_: int, remaining: int, pages: int) -> None:
        copied(pages - remaining, pages)

    source.backup(target, pages=_PAGES_AT_ONCE, progress=show)


def _require_intact(target: sqlite3.Connection, database: Path) -> None:
    (finding,) = target.execute("PRAGMA integrity_check(1)").fetchone()
    if finding != "ok":
        # Before the first finding stands a line with the name of the database inside of SQLite.
        first = finding.splitlines()[-1]
        raise StoreDamaged(f"the database {database} is damaged, and no backup of it is kept: {first}")


def _contents(target: sqlite3.Connection) -> Contents:
    (ingestions,) = target.execute("SELECT count(*) FROM ingestions").fetchone()
    (waiting,) = target.execute(_WAITING).fetchone()
    return Contents(ingestions, waiting, target.execute(_LAST_SLOT).fetchone())
