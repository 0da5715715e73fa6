"""Clients that send one submission with one key, again and again, to a service that is killed meanwhile."""

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Self

import pytest

from tests.processes.client import GONE, Client
from tests.processes.running import WSGI, Running, settings
from tests.processes.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow

ROUNDS = 60
# In each round of this many one client loses its answer, and the kill comes once the ingestion is stored.
ONE_OF = 4
CLIENTS = 6
# Most answers come sooner than that after the requests.
ALIVE_SECONDS = 0.012
RETRY_SECONDS = 0.05


@dataclass(frozen=True)
class Round:
    """The ids that the clients of one round got, the number of their requests, and the state at the kill."""

    ingestion_ids: list[str]
    requests: int
    stored: bool
    unanswered: int

    @property
    def is_hit(self) -> bool:
        """True if the ingestion was stored while a client had no answer."""
        return self.stored and self.unanswered > 0


class Race:
    """A service that dies once in every round, at moments drawn from a seed; none outlives the block."""

    def __init__(self, directory: Path) -> None:
        self._database = directory / "ingest.db"
        self._log = directory / "served.log"
        self._environ = settings(directory, INGEST_INTERVAL_SECONDS="0.05", INGEST_SIMULATED_DELAY_SECONDS="0.01")
        self._random = random.Random(1)
        self._served = Running(WSGI, self._environ, self._log)

    def __enter__(self) -> Self:
        self._served.until_healthy()
        return self

    def __exit__(self, *_: object) -> None:
        self._served.kill()

    def run(self) -> list[Round]:
        """Run all rounds."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            rounds = [self._run_round(number, pool) for number in range(ROUNDS)]
        self._served.until_healthy()
        return rounds

    def listed(self) -> list[str]:
        """Return the ingestions that the service lists, the oldest first."""
        with self._client() as client:
            answer = client.ask("GET", f"/ingestions?limit={10 * ROUNDS}")
        return [row["ingestion_id"] for row in reversed(answer.content["ingestions"])]

    def _run_round(self, number: int, pool: ThreadPoolExecutor) -> Round:
        killed = Event()
        sends = [pool.submit(self._send, number) for _ in range(CLIENTS - 1)]
        if number % ONE_OF == 0:
            sends.append(pool.submit(self._lose_and_send, number, killed))
            eventually(lambda: self._stored(number))
        else:
            sends.append(pool.submit(self._send, number))
            time.sleep(self._random.uniform(0, ALIVE_SECONDS))
        self._served.kill()
        return self._finish_round(number, sends, killed)

    def _finish_round(self, number: int, sends: list[Future[tuple[str, int]]], killed: Event) -> Round:
        """Look at what the kill left, start the service again and wait until every client has its answer."""
        unanswered = sum(not send.done() for send in sends)
        stored = self._stored(number)
        killed.set()
        self._served = Running(WSGI, self._environ, self._log)
        ingestion_ids, requests = zip(*(send.result() for send in sends), strict=True)
        return Round(list(ingestion_ids), sum(requests), stored, unanswered)

    def _client(self) -> Client:
        return Client(int(self._environ["INGEST_PORT"]))

    def _lose_and_send(self, number: int, killed: Event) -> tuple[str, int]:
        """Send a request and read no answer to it before the kill; then go on like the other clients."""
        with self._client() as client:
            eventually(lambda: self._is_sent(client, number))
            assert killed.wait(PATIENCE_SECONDS)
        ingestion_id, requests = self._send(number)
        return ingestion_id, requests + 1

    def _is_sent(self, client: Client, number: int) -> bool:
        """Send a request, unless the service has not been started yet; return whether it was sent."""
        try:
            self._request(client, number)
        except ConnectionRefusedError:
            client.close()
            return False
        return True

    def _send(self, number: int) -> tuple[str, int]:
        """Send the request until there is an answer; return the ingestion's id and the number of requests."""
        gives_up = time.monotonic() + PATIENCE_SECONDS
        requests = 0
        with self._client() as client:
            while time.monotonic() < gives_up:
                requests += 1
                try:
                    return self._ask(client, number), requests
                except GONE:
                    client.close()
                    time.sleep(RETRY_SECONDS)
        raise AssertionError(f"no answer within {PATIENCE_SECONDS:.0f} seconds")

    def _ask(self, client: Client, number: int) -> str:
        self._request(client, number)
        response = client.connection.getresponse()
        content = json.loads(response.read())
        assert response.status == 200, content
        return str(content["ingestion_id"])

    def _request(self, client: Client, number: int) -> None:
        body = json.dumps({"ids": [number + 1, 1_000_000], "priority": "LOW"}).encode()
        client.connection.request("POST", "/ingest", body, {"Idempotency-Key": f"round {number}"})

    def _stored(self, number: int) -> bool:
        with closing(sqlite3.connect(self._database)) as connection:
            query = "SELECT count(*) FROM idempotency_keys WHERE key = ?"
            return bool(connection.execute(query, [f"round {number}"]).fetchone()[0])


@pytest.fixture(scope="module")
def race(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Race]:
    with Race(tmp_path_factory.mktemp("race")) as race:
        yield race


@pytest.fixture(scope="module")
def rounds(race: Race, say: Callable[[str], None]) -> list[Round]:
    began = time.monotonic()
    rounds = race.run()
    hits, misses = sum(one.is_hit for one in rounds), sum(not one.stored for one in rounds)
    say(
        f"{ROUNDS} kills in {time.monotonic() - began:.0f} s, {sum(one.requests for one in rounds)} requests of "
        f"{CLIENTS} clients; {hits} kills hit an ingestion that was stored while a client had no answer, "
        f"{misses} came before it was stored"
    )
    return rounds


def test_many_kills_hit_an_ingestion_that_is_stored_while_a_client_has_no_answer(rounds: list[Round]) -> None:
    assert sum(one.is_hit for one in rounds) >= ROUNDS // ONE_OF


def test_all_clients_with_one_key_get_the_same_ingestion(rounds: list[Round]) -> None:
    assert [one.ingestion_ids for one in rounds if len(set(one.ingestion_ids)) != 1] == []


def test_there_is_exactly_one_ingestion_for_every_key(race: Race, rounds: list[Round]) -> None:
    assert race.listed() == [one.ingestion_ids[0] for one in rounds]
