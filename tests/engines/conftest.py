"""Every engine there is, so that one suite runs over all of them."""

from collections.abc import Callable, Iterator

import pytest

from tests.engines.places import EmbeddedPlace, Place, PostgresPlace
from tests.engines.rig import Rig


@pytest.fixture(params=["embedded", "postgres"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "embedded":
        yield EmbeddedPlace()
        return
    with PostgresPlace(request.getfixturevalue("postgres_url")) as place:
        yield place


@pytest.fixture
def rig(place: Place) -> Rig:
    return Rig(place)


@pytest.fixture
def rig_with(place: Place) -> Callable[..., Rig]:
    """Build a rig with other settings (see Wiring)."""
    return lambda **wiring: Rig(place, **wiring)
