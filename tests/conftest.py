"""Settings of all tests."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

from tests.engine_kinds import ENGINE_KINDS

if TYPE_CHECKING:
    from tests.engines.places import Place
    from tests.postgres.databases import Databases
    from tests.simulation import Simulate, Simulation

# Machines are shared, so no example has a deadline; in CI the examples are the same every time. The slow tests
# have thousands of them.
settings.register_profile("here", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True)
# To see that a mutant fails, one example that fails is enough (make mutants).
settings.register_profile(
    "mutants", deadline=None, max_examples=30, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# A shell lets what it starts in the background ignore SIGINT, and so would the programs that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The same for SIGHUP under nohup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the tests of faults and of requests that are generated.

    With `--long` as many faults are made as docs/reliability.md shows, and their figures are written into it.
    """
    parser.addoption("--long", action="store_true", help="make many more faults, and write docs/reliability.md")
    parser.addoption("--seed", type=int, help="replay the simulated day of this seed, and no other")


def pytest_configure(config: pytest.Config) -> None:
    """Watch whether the tests run that the documentation names for its guarantees."""
    from tests.docs.ran import watch

    watch(config)


@pytest.fixture(scope="session")
def postgres() -> Iterator["Databases"]:
    """The databases of a PostgreSQL server, which runs from the first test that asks for it."""
    # Only now: it takes a while, and most runs do not need it.
    from tests.postgres.databases import shared_databases

    with shared_databases() as databases:
        yield databases


@pytest.fixture
def postgres_url(postgres: "Databases") -> Iterator[str]:
    """The URL of a PostgreSQL database of the test's own, with all tables and no rows."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for PostgreSQL servers of the test's own."""
    from tests.postgres.server import temporary_folder

    with temporary_folder() as folder:
        yield folder


@pytest.fixture(params=ENGINE_KINDS)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Every kind of engine, so that a test runs over all of them."""
    return str(request.param)


@pytest.fixture
def place(engine_kind: str, request: pytest.FixtureRequest) -> Iterator["Place"]:
    """The place of an engine."""
    from tests.engines.places import EmbeddedPlace, PostgresPlace

    if engine_kind == "embedded":
        yield EmbeddedPlace()
        return
    databases: Databases = request.getfixturevalue("postgres")
    with PostgresPlace(databases.emptied()) as place:
        yield place


@pytest.fixture
def simulate(place: "Place") -> "Simulate":
    """Build a simulation over the place."""
    from tests.simulation import Simulation

    return partial(Simulation, place=place)


@pytest.fixture
def simulation(simulate: "Simulate") -> "Simulation":
    """A simulation with the usual settings."""
    return simulate()
