"""The headers of every call, from a file that may change."""

import logging
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from ingest_service.upstream_request import read_headers

log = logging.getLogger(__name__)

# What changes with a file: a mounted secret is replaced by another file, one on a disk may be written again.
_Version = tuple[int, int, int, int]


class HeadersFile:
    """Headers in a file, which is read again once it has changed. Any thread; blocks on the disk.

    While it cannot be read, or is not what it should be, the last headers that were read count. Raises ValueError
    if there are none, with nothing of the file in it.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = Lock()
        self._version = self._look()
        self._headers = read_headers(path)

    def __call__(self) -> Mapping[str, str]:
        """Return the headers as they are now."""
        with self._lock:
            version = self._look()
            if version != self._version:
                self._read()
                self._version = version
            return self._headers

    def _look(self) -> _Version | None:
        try:
            found = Path(self._path).stat()
        except (OSError, ValueError):
            return None
        return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> None:
        try:
            self._headers = read_headers(self._path)
        except ValueError as error:
            log.warning("the headers of the upstream stay as they were: in their file, %s", error)
        else:
            log.info("the headers of the upstream were read again: their file has changed")
