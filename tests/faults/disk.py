"""A disk that records what a process does to the files of a folder, and fails when asked."""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.preloaded import compile_library

_SOURCE = Path(__file__).with_name("disk.c")
# As in the source: error, calls, skip, count, seen, failed, ending.
_ORDERS = struct.Struct("<iiqqqq32s")
# Kind, a byte that is not used, the sizes of the name and of the data, time, offset.
_HEAD = struct.Struct("<cxHIqq")

WRITE, SYNC, TRUNCATE = 1, 2, 4
KILL = -1
ALWAYS = 2**62


@dataclass(frozen=True, slots=True)
class Deed:
    """A thing done to a file of the folder; `at` is nanoseconds of the monotonic clock.

    Its kind is one of W (write), T (truncate), B and E (a sync begins, ends), F (it failed), C (create), U
    (unlink) and R (rename). The offset of a truncate is the size that is left, the data of a rename the new name.
    """

    kind: str
    name: str
    at: int
    offset: int
    data: bytes


class Disk:
    """The disk of the processes that are started with its `environ`, which keep their files in the folder `files`.

    Skips the test where it cannot be compiled.
    """

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self._record = folder / "record"
        orders, library = folder / "orders", folder / "disk.so"
        self.files.mkdir(parents=True)
        self._record.touch()
        orders.write_bytes(bytes(_ORDERS.size))
        compile_library(_SOURCE, library)
        with orders.open("r+b") as file:
            self._orders = mmap.mmap(file.fileno(), _ORDERS.size)
        self.environ = {
            "LD_PRELOAD": str(library),
            "DISK_FOLDER": str(self.files),
            "DISK_RECORD": str(self._record),
            "DISK_ORDERS": str(orders),
        }

    def fail(self, error: int, calls: int, ending: str, skip: int = 0, count: int = ALWAYS) -> None:
        """Let `count` calls fail, after `skip` that do not, on files whose name ends like this.

        The error is an errno, or KILL, which ends the process instead.
        """
        self._orders[:] = _ORDERS.pack(error, calls, skip, count, 0, 0, ending.encode())

    def mend(self) -> int:
        """Let nothing fail any more, and return how many calls did."""
        failed = self.failed
        self._orders[:4] = bytes(4)
        return failed

    @property
    def failed(self) -> int:
        """The calls that failed since `fail` was called."""
        return int(_ORDERS.unpack(self._orders)[5])

    def deeds(self) -> Iterator[Deed]:
        """Yield all that was done, in its order."""
        with self._record.open("rb") as file:
            while head := file.read(_HEAD.size):
                kind, name_size, size, at, offset = _HEAD.unpack(head)
                yield Deed(kind.decode(), file.read(name_size).decode(), at, offset, file.read(size))
