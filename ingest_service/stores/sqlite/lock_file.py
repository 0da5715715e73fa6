"""The lock file: it keeps a second process out, and names the last slot."""

import logging
import os
import struct
import time
from contextlib import suppress
from io import FileIO
from pathlib import Path

from ingest_service.errors import StoreError, StoreInUse
from ingest_service.stores.sqlite.file_lock import lock
from ingest_service.stores.sqlite.held_files import HeldFiles

log = logging.getLogger(__name__)

# The number of the slot, the monotonic clock when it was opened, and the wall clock now, in nanoseconds.
_RECORD = struct.Struct("<QQQ")
# Behind it: how many slots were lost, and the wall clock when that was found.
_LOSS = struct.Struct("<QQ")
# A slot in every millisecond of thirty years: a larger number is none that was written.
_MOST_SLOTS = 2**40
# Between reading the clock and the kernel's stamp on the file lie microseconds; the kernel's own clock ticks
# in up to 10 ms.
_STAMP_TOLERANCE = 100_000_000


class LockFile:
    """A file beside the database, locked by the one process that works on it.

    It also names the last slot that was opened, so that a database restored from a backup is found out: its
    ledger ends at another slot. It keeps how many slots were lost so, for quotas count them. The file is not
    synced, for it need only outlive the process: after a power cut the boot is another one and nothing is
    trusted anyway. A copy of the file itself is found out by its change time (ctime), which cannot be set and
    must be the moment the file says it was written. Where a system has no change time, as Windows, no file is
    trusted.
    """

    def __init__(self, path: Path, files: HeldFiles) -> None:
        self.path = path
        self._files = files
        self._file: FileIO | None = None
        self._is_recorded = True

    def acquire(self) -> None:
        """Lock the file, created if need be. Raises StoreInUse if another process holds it, else StoreError."""
        try:
            file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)
        except OSError as error:
            raise StoreError(f"cannot open the lock file {self.path}: {error.strerror}") from error
        try:
            lock(file.fileno())
        except BlockingIOError:
            file.close()
            raise StoreInUse(
                f"another process works on this database (it holds {self.path}); stop it first, "
                "or give this one a database of its own with INGEST_DATABASE_URL"
            ) from None
        except OSError as error:
            file.close()
            raise StoreError(f"cannot lock {self.path}: {error.strerror}") from error
        self._file = file
        self._files.hold(self.path, file.fileno())

    def release(self) -> None:
        """Let others in. May be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def record(self, slot_number: int, opened: int) -> None:
        """Write down that this slot was opened at this time (monotonic clock). Needs the lock.

        The record only saves time: without it the first slot after a restart waits one whole interval. So a file
        that cannot be written is logged, and confirms nothing.
        """
        try:
            self.write(_RECORD.pack(slot_number, opened, time.time_ns()))
        except OSError as error:
            with suppress(OSError):
                self._held().truncate(1)
            if self._is_recorded:
                log.warning("the lock file %s cannot be written: %s", self.path, error.strerror)
            self._is_recorded = False
        else:
            self._is_recorded = True

    def write(self, record: bytes) -> None:
        """Replace the record. Raises OSError."""
        file = self._held()
        file.seek(0)
        file.write(record)

    def lose(self, slots: int, found_at: int) -> None:
        """Keep the number of slots that were lost, and when that was found (wall clock). Needs the lock."""
        file = self._held()
        file.seek(_RECORD.size)
        with suppress(OSError):
            file.write(_LOSS.pack(slots, found_at))

    def lost(self) -> tuple[int, int]:
        """Return what was kept by `lose`, (0, 0) if nothing was. Needs the lock."""
        file = self._held()
        file.seek(_RECORD.size)
        loss = file.read(_LOSS.size)
        slots, found_at = _LOSS.unpack(loss) if len(loss) == _LOSS.size else (0, 0)
        return slots, found_at

    def recorded(self) -> int | None:
        """Return the number of the last slot recorded, None in a new file, 0 in a garbled one. Needs the lock."""
        record = self._read()
        if not record:
            return None
        number = int(_RECORD.unpack(record)[0]) if len(record) == _RECORD.size else 0
        return number if number < _MOST_SLOTS else 0

    def confirms(self, slot_number: int, opened: int) -> bool:
        """Return whether this slot, opened then, was recorded last, and in this very file. Needs the lock."""
        record = self._read()
        if len(record) != _RECORD.size:
            return False
        *recorded, written_at = _RECORD.unpack(record)
        stamped_at = os.fstat(self._held().fileno()).st_ctime_ns
        return recorded == [slot_number, opened] and abs(stamped_at - written_at) < _STAMP_TOLERANCE

    def _read(self) -> bytes:
        file = self._held()
        file.seek(0)
        return file.read(_RECORD.size)

    def _held(self) -> FileIO:
        assert self._file is not None, "acquire comes first"
        return self._file
