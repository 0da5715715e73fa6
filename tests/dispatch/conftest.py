"""Fixtures of the tests of the dispatcher."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dispatch.on_disk import OnDisk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of a database that is not there yet."""
    return tmp_path / "ingest.db"


@pytest.fixture
def on_disk(path: Path) -> Iterator[OnDisk]:
    """An engine over a new database file."""
    on_disk = OnDisk(path)
    on_disk.start()
    yield on_disk
    on_disk.stop()
