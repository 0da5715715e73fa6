"""Files, threads and memory that run out in a running process, and come back."""

import resource
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.preloaded import compile_library

_SOURCE = Path(__file__).with_suffix(".c")


class Shortage:
    """A library that programs load by `environ`, and what it lets run out in them. Needs gcc."""

    def __init__(self, folder: Path) -> None:
        library, self._file = folder / "shortage.so", folder / "shortage"
        compile_library(_SOURCE, library)
        self._set(0, 0)
        # Every object of Python is an allocation of its own then.
        self.environ = {"LD_PRELOAD": str(library), "SHORTAGE": str(self._file), "PYTHONMALLOC": "malloc"}

    @contextmanager
    def of_memory(self, one_of: int) -> Iterator[None]:
        """Let one of this many allocations fail during the block."""
        self._set(one_of, 0)
        try:
            yield
        finally:
            self._set(0, 0)

    @contextmanager
    def of_threads(self) -> Iterator[None]:
        """Let no thread start during the block."""
        self._set(0, 1)
        try:
            yield
        finally:
            self._set(0, 0)

    def _set(self, memory: int, threads: int) -> None:
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("II", memory, threads))


@contextmanager
def few_files(pid: int, spare: int) -> Iterator[None]:
    """Let a process open no more than this many files beyond those that it has, during the block."""
    highest = max(int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir())
    with _limited(pid, resource.RLIMIT_NOFILE, highest + 1 + spare):
        yield


@contextmanager
def little_memory(pid: int, spare: int) -> Iterator[None]:
    """Let a process take no more than this many bytes beyond those that it has, during the block."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    with _limited(pid, resource.RLIMIT_AS, pages * resource.getpagesize() + spare):
        yield


@contextmanager
def _limited(pid: int, kind: int, most: int) -> Iterator[None]:
    soft, hard = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (most, hard))
    try:
        yield
    finally:
        # It may have ended meanwhile.
        with suppress(ProcessLookupError):
            resource.prlimit(pid, kind, (soft, hard))
