"""Traces of a former database beside one that is missing, empty or cut off: SQLite would begin it anew."""

import struct
from contextlib import suppress
from pathlib import Path

from ingest_service.errors import StoreDamaged, StoreError
from ingest_service.stores.sqlite.lock_file import LockFile

# SQLite takes a file of one byte for an empty one.
_LARGEST_EMPTY = 1
# At the beginning of every database: the bytes of a page, where 1 stands for 65,536, and the number of pages.
_MAGIC = b"SQLite format 3\0"
_HEADER = struct.Struct(">16sH10xI")


def require_not_lost(path: Path, log: Path, lock_file: LockFile) -> None:
    """Raise StoreError for a database that is missing or empty though it was not always, or that is cut off.

    To be asked before SQLite opens it, which would remove the log of a missing one. Needs the lock.
    """
    if _size(path) <= _LARGEST_EMPTY:
        _refuse_to_begin(path, [*_traces(lock_file), *([log] if _size(log) else [])])
    elif not _size(log):
        # Pages that are in the log so far may be missing in the file.
        _require_whole(path)


def require_new(path: Path, lock_file: LockFile) -> None:
    """Raise StoreError for a database without tables if the lock file knows of a slot. Needs the lock."""
    _refuse_to_begin(path, _traces(lock_file))


def _traces(lock_file: LockFile) -> list[Path]:
    return [] if lock_file.recorded() is None else [lock_file.path]


def _refuse_to_begin(path: Path, traces: list[Path]) -> None:
    if traces:
        names = " and ".join(map(str, traces))
        raise StoreError(
            f"the database {path} is missing or empty, but a former one left {names}; put it back, or a backup of "
            f"it; to begin anew, without all that it held, remove {names} and wait one interval before the start"
        )


def _require_whole(path: Path) -> None:
    with suppress(OSError), path.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            # SQLite says what is wrong with it.
            return
        _, page_size, pages = _HEADER.unpack(header)
        size, whole = _size(path), (65_536 if page_size == 1 else page_size) * pages
        if size < whole:
            raise StoreDamaged(
                f"the database {path} is cut off: {size:,} of its {whole:,} bytes are there; "
                "put a whole copy in its place"
            )


def _size(path: Path) -> int:
    """Return the bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StoreError(f"cannot open the database {path}: {error.strerror}") from error
