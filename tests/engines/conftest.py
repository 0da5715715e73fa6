"""Every engine there is, so that one suite runs over all of them."""

from collections.abc import Callable

import pytest

from tests.engines.rig import ENGINES, Build, Rig


@pytest.fixture(params=ENGINES)
def build(request: pytest.FixtureRequest) -> Build:
    return ENGINES[request.param]


@pytest.fixture
def rig(build: Build) -> Rig:
    return Rig(build)


@pytest.fixture
def rig_with(build: Build) -> Callable[..., Rig]:
    """Build a rig with other settings (see Wiring)."""
    return lambda **wiring: Rig(build, **wiring)
