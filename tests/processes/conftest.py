"""Fixtures: processes, clients, and printing beside the dots of pytest."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.processes.client import Client
from tests.processes.rate_checker import RateChecker
from tests.processes.running import WSGI, Running, settings


class Start(Protocol):
    """Starts a program with the test's environment, changed as asked, and ends it with the test."""

    def __call__(self, command: Sequence[str] = WSGI, **changes: str) -> Running: ...


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of the test's programs: a database and a port of their own."""
    return settings(tmp_path)


@pytest.fixture
def start(tmp_path: Path, environ: dict[str, str]) -> Iterator[Start]:
    """Start programs; each has a log of its own."""
    with ExitStack() as stack:
        started: list[Running] = []

        def start_one(command: Sequence[str] = WSGI, **changes: str) -> Running:
            log = tmp_path / f"{len(started)}.log"
            started.append(stack.enter_context(Running(command, {**environ, **changes}, log)))
            return started[-1]

        yield start_one


@pytest.fixture
def checker() -> Iterator[RateChecker]:
    """An upstream that checks the laws; programs call it whose environment has `RATE_CHECKER_PORT`."""
    with RateChecker(seed=1) as checker:
        yield checker


@pytest.fixture
def client(environ: dict[str, str]) -> Iterator[Client]:
    """A client of the test's service."""
    with Client(int(environ["INGEST_PORT"])) as client:
        yield client


@pytest.fixture(scope="session")
def say(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Print a line whether or not pytest captures."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def line(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{text}")

    return line
