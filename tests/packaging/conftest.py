"""The wheel of this checkout, built once."""

from pathlib import Path

import pytest

from tests.packaging.clean_venv import build


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that a release would publish."""
    return build(tmp_path_factory.mktemp("wheel"))
