"""A backup of the database that the settings name."""

import shlex
from collections.abc import Callable
from pathlib import Path

from ingest_service.config import Settings
from ingest_service.errors import BackupRefused
from ingest_service.stores.sqlite.backup import Contents
from ingest_service.stores.sqlite.backup import back_up as back_up_sqlite


def back_up(
    settings: Settings, file: Path, copied: Callable[[int, int], None] = lambda _copied, _all: None
) -> Contents:
    """Write a backup into a new file, also while a service works on the database; return what it has.

    `copied` gets how many pages are copied, and how many there are. Blocks. Raises BackupRefused, and StoreError.
    """
    if settings.is_postgres:
        raise BackupRefused(
            "the database is in PostgreSQL, which has a program for backups: "
            f'pg_dump --format=custom --file={shlex.quote(str(file))} "$INGEST_DATABASE_URL"'
        )
    return back_up_sqlite(settings.database_path, file, copied)
