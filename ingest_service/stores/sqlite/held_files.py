"""The files that a process works on, and whether their paths still name them."""

import os
from pathlib import Path

from ingest_service.errors import StoreError


class HeldFiles:
    """Files that are open, by their paths. A path that names another file, or none, is found out.

    What is written to a removed file is gone when the process ends, and a lock on it keeps nothing out.
    """

    def __init__(self) -> None:
        self._held: dict[Path, tuple[int, int]] = {}

    def hold(self, path: Path, file: int | None = None) -> None:
        """Note the file that is open as `file`, or that the path names now. Raises OSError if there is none."""
        self._held[path] = _identity(path.stat() if file is None else os.fstat(file))

    def release(self) -> None:
        """Forget all of them."""
        self._held = {}

    def require(self) -> None:
        """Raise StoreError unless each path still names its file. Costs microseconds; any thread."""
        for path, identity in self._held.items():
            try:
                found = _identity(path.stat())
            except OSError:
                found = None
            if found != identity:
                raise StoreError(
                    f"{path} was removed or replaced while the service was using it; "
                    "nothing is accepted or called until it is back and the service is restarted"
                )


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
