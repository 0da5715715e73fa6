"""The rules of HTTP are the same over every engine, so most of these tests run over one."""

import pytest


@pytest.fixture
def engine_kind() -> str:
    """The only kind unless a test says otherwise."""
    return "embedded"
