"""Legal requests while very many small ingestions wait."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.flooded import Flooded, flooded
from tests.faults.honest import honest
from tests.processes.backlogs import write_backlog
from tests.processes.client import Client

pytestmark = pytest.mark.slow

WAITING = 100_000
CLIENTS = 8
REQUESTS = {
    "GET last": ("GET", "/ingestions/{last}", None),
    "dry run": ("POST", "/ingest?dry_run=true", {"ids": [1], "priority": "LOW"}),
    "deadline": ("POST", "/ingest", {"ids": [1], "priority": "LOW", "deadline": "2100-01-01T00:00:00Z"}),
    "PATCH": ("PATCH", "/ingestions/{last}", {"priority": "LOW"}),
    "schedule": ("GET", "/schedule?slots=1000", None),
    "full": ("POST", "/ingest", {"ids": [1] * 900_000, "priority": "LOW"}),
}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    folder = tmp_path_factory.mktemp("crowded")
    write_backlog(folder / "ingest.db", WAITING)
    with flooded(folder, INGEST_MAX_PENDING_IDS="500000", INGEST_MAX_IDS="1000000") as service:
        yield service


@pytest.mark.parametrize("kind", REQUESTS)
def test_slots_open_and_others_are_answered_whatever_is_asked_of_a_long_backlog(
    crowded: Flooded,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
    say: Callable[[str], None],
    kind: str,
) -> None:
    with Client(crowded.port) as client:
        last = client.submit([1, 2, 3], "LOW")
    method, path, fields = REQUESTS[kind]
    body = None if fields is None else json.dumps(fields).encode()
    until = time.monotonic() + scale(1, 20)

    def ask(_: int) -> int:
        asked = 0
        with Client(crowded.port) as client:
            while time.monotonic() < until:
                client.ask(method, path.format(last=last), body)
                asked += 1
        return asked

    with honest(crowded) as seen, ThreadPoolExecutor(CLIENTS) as pool:
        asked = sum(pool.map(ask, range(CLIENTS)))
    say(f"{WAITING} waiting, {CLIENTS} clients: {kind}: {seen}")
    seen.assert_served(in_time=bool(scale(0, 1)))
    figure(f"long backlog: {kind}", f"{WAITING} waiting; {CLIENTS} clients asked {asked} times", str(seen))
