"""A lock on an open file, which ends at the latest with the process, on every system."""

import errno
import os

try:
    import fcntl
except ImportError:
    # As on Windows, where only its holder can read what is locked: this byte lies behind all that is written.
    import msvcrt

    _LOCKED_BYTE = 1 << 20

    def lock(file: int) -> None:
        """Lock it. Raises BlockingIOError if another process holds it, and OSError where it cannot be locked."""
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except PermissionError as error:
            raise BlockingIOError(errno.EAGAIN, error.strerror) from error

else:

    def lock(file: int) -> None:
        """Lock it. Raises BlockingIOError if another process holds it, and OSError where it cannot be locked."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
