"""Fixtures of the tests of faults: how long they run, and what becomes of their figures."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.figures import Figure, Figures
from tests.processes.conftest import say as say

ROOT = Path(__file__).parents[2]
FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the figures of this run."""
    config.stash[FIGURES] = Figures()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write what a long run measured."""
    if is_long(config):
        config.stash[FIGURES].save(ROOT / "docs" / "reliability.json", ROOT / "docs" / "reliability.md")


def is_long(config: pytest.Config) -> bool:
    """Return whether this is a long run."""
    return bool(config.getoption("long"))


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Return the first number in a usual run, and the second one in a long run."""
    return lambda usual, long: long if is_long(pytestconfig) else usual


@pytest.fixture
def figure(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Callable[[str, str, str], None]:
    """Add a row (fault, tried, result) to the figures. For the end of a test, when all its assertions held."""

    def add(fault: str, tried: str, result: str) -> None:
        test = str(request.path.relative_to(ROOT))
        pytestconfig.stash[FIGURES].add(Figure(fault, tried, result, test))

    return add
