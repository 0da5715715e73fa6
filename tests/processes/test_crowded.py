"""Legal requests while very many small ingestions wait."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes.backlogs import write_backlog
from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.honest import INTERVAL_SECONDS, assert_served, honest

pytestmark = pytest.mark.slow

Say = Callable[[str], None]
WAITING = 100_000
CLIENTS = 8
SECONDS = 6
REQUESTS = {
    "GET last": ("GET", "/ingestions/{last}", None),
    "dry run": ("POST", "/ingest?dry_run=true", {"ids": [1], "priority": "LOW"}),
    "deadline": ("POST", "/ingest", {"ids": [1], "priority": "LOW", "deadline": "2100-01-01T00:00:00Z"}),
    "PATCH": ("PATCH", "/ingestions/{last}", {"priority": "LOW"}),
    "schedule": ("GET", "/schedule?slots=1000", None),
    "full": ("POST", "/ingest", {"ids": [1] * 900_000, "priority": "LOW"}),
}


@pytest.mark.parametrize("kind", REQUESTS)
def test_slots_open_and_others_are_answered_whatever_is_asked_of_a_long_backlog(
    start: Start, environ: dict[str, str], tmp_path: Path, say: Say, kind: str
) -> None:
    write_backlog(tmp_path / "ingest.db", WAITING)
    port = int(environ["INGEST_PORT"])
    running = start(
        INGEST_INTERVAL_SECONDS=str(INTERVAL_SECONDS),
        INGEST_SIMULATED_DELAY_SECONDS="0.01",
        INGEST_MAX_PENDING_IDS="500000",
        INGEST_MAX_IDS="1000000",
    ).until_healthy()
    with Client(port) as client:
        last = client.submit([1, 2, 3], "LOW")
    method, path, fields = REQUESTS[kind]
    body = None if fields is None else json.dumps(fields).encode()
    until = time.monotonic() + SECONDS
    answered: list[float] = []

    def ask(_: int) -> None:
        with Client(port) as client:
            while time.monotonic() < until:
                began = time.monotonic()
                client.ask(method, path.format(last=last), body)
                answered.append(time.monotonic() - began)

    with honest(running, port, tmp_path / "ingest.db") as seen, ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(ask, range(CLIENTS)))
    say(f"{kind}: {len(answered)} answers, {sum(answered) / len(answered):.2f} s each")
    assert_served(seen, say, f"{WAITING} waiting, {CLIENTS} clients: {kind}")
