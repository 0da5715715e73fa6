"""Databases of the tests of the PostgreSQL store."""

from collections.abc import Iterator

import pytest

from tests.postgres.databases import Databases


@pytest.fixture
def bare_url(postgres: Databases) -> Iterator[str]:
    """The URL of a PostgreSQL database of the test's own, without any table."""
    with postgres.bare() as url:
        yield url
