"""Two replicas on one database behind nginx: one is killed under load, and clients lose nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Self

import psycopg
import pytest

from tests.processes.client import HOST, TIMEOUT_SECONDS, Client
from tests.processes.nginx import before_replicas
from tests.processes.running import WSGI, Running, settings
from tests.processes.threads import Threads
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

# Slots that carry much, so that everything is completed soon.
QUICK = {
    "INGEST_INTERVAL_SECONDS": "0.2",
    "INGEST_BATCH_SIZE": "100",
    "INGEST_SIMULATED_DELAY_SECONDS": "0",
    "INGEST_UPSTREAM_TIMEOUT_SECONDS": "1",
}
CLIENTS = 4
# Answers after which a client that gave an Idempotency-Key may submit again.
MAY_BE_RETRIED = {502, 503, 504}


@dataclass
class Submitters(Threads):
    """Threads that submit one id after the other, each until it was accepted, always with the same key.

    `answers` counts the codes of all answers; `accepted` has the id that each key got.
    """

    port: int
    answers: Counter[int] = field(default_factory=Counter)
    accepted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        super().__init__([self._submit_all] * CLIENTS)

    def until_accepted(self, more: int) -> None:
        """Block until this number of further submissions was accepted."""
        enough = len(self.accepted) + more
        eventually(lambda: len(self.accepted) >= enough)

    def _submit_all(self) -> None:
        connection = HTTPConnection(HOST, self.port, timeout=TIMEOUT_SECONDS)
        while not self._closing.is_set():
            number = next(self._numbers)
            while (ingestion_id := self._submit(connection, number)) is None:
                pass
            self.accepted[f"key-{number}"] = ingestion_id
        connection.close()

    def _submit(self, connection: HTTPConnection, number: int) -> str | None:
        body = json.dumps({"ids": [number], "priority": "MEDIUM"})
        connection.request("POST", "/ingest", body, {"Idempotency-Key": f"key-{number}"})
        response = connection.getresponse()
        text = response.read()
        self.answers[response.status] += 1
        return str(json.loads(text)["ingestion_id"]) if response.status == 200 else None


@dataclass
class Replicas:
    """Two replicas on one database, and nginx in front of them."""

    environs: list[dict[str, str]]
    folder: Path

    def __enter__(self) -> Self:
        self._running = [self._run(number).__enter__() for number in range(2)]
        for replica in self._running:
            replica.until_healthy()
        self._nginx = before_replicas(self.folder, [int(environ["INGEST_PORT"]) for environ in self.environs])
        self._nginx.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._nginx.__exit__()
        for replica in self._running:
            replica.kill()

    @property
    def port(self) -> int:
        """The port of nginx."""
        return self._nginx.port

    def kill(self, number: int) -> None:
        self._running[number].kill()

    def stop(self, number: int) -> int:
        return self._running[number].stop()

    def start(self, number: int) -> None:
        self._running[number] = self._run(number).until_healthy()

    def _run(self, number: int) -> Running:
        return Running(WSGI, self.environs[number], self.folder / f"replica-{number}.log")


@pytest.fixture
def replicas(postgres_url: str, tmp_path: Path) -> Iterator[Replicas]:
    environs = [settings(tmp_path, INGEST_DATABASE_URL=postgres_url, **QUICK) for _ in range(2)]
    with Replicas(environs, tmp_path) as replicas:
        yield replicas


def unfinished(port: int, ingestion_ids: list[str]) -> list[str]:
    with Client(port) as client:
        return [one for one in ingestion_ids if not client.completed(one)]


def test_nginx_takes_the_configuration_without_a_warning(tmp_path: Path) -> None:
    assert "[warn]" not in before_replicas(tmp_path, [8001, 8002]).check()


def test_a_replica_that_is_killed_under_load_costs_no_accepted_submission(
    replicas: Replicas, postgres_url: str
) -> None:
    with Submitters(replicas.port) as submitters:
        submitters.until_accepted(100)
        replicas.kill(0)
        submitters.until_accepted(100)
        replicas.start(0)
        submitters.until_accepted(100)
    assert submitters.answers.keys() <= {200} | MAY_BE_RETRIED
    assert submitters.answers.total() - submitters.answers[200] <= CLIENTS
    ingestion_ids = list(submitters.accepted.values())
    eventually(lambda: unfinished(replicas.port, ingestion_ids[-1:]) == [])
    assert unfinished(replicas.port, ingestion_ids) == []
    with psycopg.connect(postgres_url) as connection:
        kept = connection.execute("SELECT count(*), count(DISTINCT ids) FROM ingestions").fetchone()
    assert kept == (len(ingestion_ids), len(ingestion_ids))


def test_while_a_replica_is_gone_no_client_notices(replicas: Replicas) -> None:
    replicas.kill(0)
    with Submitters(replicas.port) as submitters:
        submitters.until_accepted(100)
    assert submitters.answers.keys() == {200}


def test_a_replica_that_is_stopped_under_load_ends_cleanly(replicas: Replicas) -> None:
    with Submitters(replicas.port) as submitters:
        submitters.until_accepted(50)
        assert replicas.stop(1) == 0
        submitters.until_accepted(50)
    assert submitters.answers.keys() <= {200} | MAY_BE_RETRIED


def test_a_read_goes_to_the_other_replica_also_when_it_was_sent(replicas: Replicas) -> None:
    with Client(replicas.port) as client:
        ingestion_id = client.submit([1], "HIGH")
        replicas.kill(1)
        for _ in range(20):
            assert client.status(ingestion_id)["ingestion_id"] == ingestion_id


def test_a_body_of_the_largest_submission_passes(replicas: Replicas) -> None:
    with Client(replicas.port) as client:
        client.submit(range(1, 1_000_001), "LOW")
