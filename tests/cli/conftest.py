import socket
from collections.abc import Iterator
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from cli.client import Client
from cli.main import ingestctl
from tests.cli.stand_in import StandIn


class Run(Protocol):
    def __call__(self, words: str, **environment: str) -> Result: ...


@pytest.fixture
def service() -> Iterator[StandIn]:
    service = StandIn()
    yield service
    service.stop()


@pytest.fixture
def client(service: StandIn) -> Iterator[Client]:
    with Client(service.url) as client:
        yield client


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address that refuses connections: its port is taken, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def run(service: StandIn) -> Run:
    """Runs ingestctl against the service; the command line is split at the spaces."""

    def run(words: str, **environment: str) -> Result:
        return CliRunner(env={"INGEST_URL": service.url, **environment}).invoke(ingestctl, words.split())

    return run
