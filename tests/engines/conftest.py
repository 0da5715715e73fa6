"""One suite for every engine there is."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.engines.places import EmbeddedPlace, Place, PostgresPlace
from tests.engines.rig import Rig

if TYPE_CHECKING:
    from tests.postgres.pooled import PooledDatabases


@pytest.fixture(scope="session")
def pooled_databases() -> Iterator["PooledDatabases"]:
    """The databases of a server with a pooler before it, which run from the first test that asks for them."""
    from tests.postgres.pooled import PooledDatabases
    from tests.postgres.server import temporary_folder

    with temporary_folder() as folder, PooledDatabases(folder) as databases:
        yield databases


@pytest.fixture(params=["embedded", "postgres", pytest.param("pooled", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "embedded":
        yield EmbeddedPlace()
    elif request.param == "postgres":
        with PostgresPlace(request.getfixturevalue("postgres_url")) as place:
            yield place
    else:
        databases = request.getfixturevalue("pooled_databases")
        with databases.fresh() as (direct, pooled), PostgresPlace(direct, pooled) as place:
            yield place


@pytest.fixture
def rig(place: Place) -> Rig:
    return Rig(place)


@pytest.fixture
def rig_with(place: Place) -> Callable[..., Rig]:
    """Build a rig with other settings (see Wiring)."""
    return lambda **wiring: Rig(place, **wiring)
