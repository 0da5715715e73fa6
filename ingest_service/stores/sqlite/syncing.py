"""Waiting until files and the names of a folder are on the disk."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Make durable all that was written to a file, by any process. Raises OSError."""
    with path.open("r+b") as written:
        os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Make durable the names in a folder. Raises OSError."""
    # Windows has no such call.
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
