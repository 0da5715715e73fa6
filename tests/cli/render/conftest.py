from collections.abc import Iterator

import pytest

from tests.cli.zones import local_zone


@pytest.fixture
def zone() -> str:
    """The time zone of the reader: India, unless a module has another."""
    return "IST-5:30"


@pytest.fixture(autouse=True)
def _in_the_zone(zone: str) -> Iterator[None]:
    with local_zone(zone):
        yield
