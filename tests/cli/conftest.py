import shlex
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from ingestctl.client import Client
from ingestctl.commands.context import CliContext
from ingestctl.http.retry import NO_RETRY, RetryPolicy
from ingestctl.main import ingestctl
from ingestctl.models import Priority
from tests.cli.serving import serving
from tests.cli.stand_in import StandIn

NO_UPSTREAM = "http://127.0.0.1:1/{id}"
"""The URL of an upstream that refuses every connection."""


class Run(Protocol):
    def __call__(self, words: str, typed: str | bytes | None = None, **environment: str) -> Result: ...


class Waits:
    """A clock that moves only while a caller waits."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def now(self) -> float:
        return sum(self.waited)

    def retry_policy(self, seconds: float) -> RetryPolicy:
        return RetryPolicy(seconds, self.wait, self.now)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def service() -> Iterator[StandIn]:
    service = StandIn()
    yield service
    service.stop()


@pytest.fixture
def client(service: StandIn) -> Iterator[Client]:
    with Client(service.url, retry_policy=NO_RETRY) as client:
        yield client


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address that refuses connections: its port is taken, but nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def run(service: StandIn, tmp_path: Path, waits: Waits) -> Run:
    """Runs ingestctl with the stand-in; the command line is split as a shell does. Waiting takes no time."""
    return running(service.url, tmp_path, waits)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[str]:
    """The address of the real service."""
    with serving(tmp_path) as url:
        yield url


@pytest.fixture
def real_run(real: str, tmp_path: Path, waits: Waits) -> Run:
    """Runs ingestctl with the real service."""
    return running(real, tmp_path, waits)


@pytest.fixture
def real_client(real: str) -> Iterator[Client]:
    with Client(real) as client:
        yield client


@pytest.fixture
def waiting(real_client: Client) -> str:
    """The id of an ingestion that waits, because the dispatcher is paused."""
    real_client.pause()
    return real_client.submit(range(1, 6), Priority.LOW)


def running(url: str, home: Path, waits: Waits) -> Run:
    """Return a function that runs ingestctl with an empty home."""

    def run(words: str, typed: str | bytes | None = None, **environment: str) -> Result:
        runner = CliRunner(env={"INGEST_URL": url, "XDG_CONFIG_HOME": str(home), **environment})
        context = CliContext(retry_policy=waits.retry_policy(30))
        return runner.invoke(ingestctl, shlex.split(words), input=typed, obj=context)

    return run
