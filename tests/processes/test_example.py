"""The example of the specification, with its real five seconds."""

import sqlite3
from contextlib import closing
from itertools import groupby
from pathlib import Path

import pytest

from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

Y, T, C = "yet_to_start", "triggered", "completed"
INTERVAL = 5_000_000_000

# Longer than the default, so that on a slow machine too there is time to submit twice before the first slot.
LINGER_SECONDS = "3"
# Half the interval: every state lasts long enough to be seen on a slow machine too.
DELAY_SECONDS = "2.5"


class History:
    """The states of one ingestion and its batches that polling has seen, in their order."""

    def __init__(self, client: Client, ingestion_id: str) -> None:
        self._client = client
        self._ingestion_id = ingestion_id
        self.seen: list[tuple[str, ...]] = []

    def poll(self) -> tuple[str, ...]:
        """Poll once and return the state."""
        status = self._client.status(self._ingestion_id)
        state = (status["status"], *(batch["status"] for batch in status["batches"]))
        if self.seen[-1:] != [state]:
            self.seen.append(state)
        return state


@pytest.fixture
def histories(start: Start, client: Client) -> tuple[History, History]:
    """[1,2,3,4,5] MEDIUM, and between its first slot and the next [6,7,8,9] HIGH; polled until they are over."""
    start(INGEST_LINGER_SECONDS=LINGER_SECONDS, INGEST_SIMULATED_DELAY_SECONDS=DELAY_SECONDS).until_healthy()
    medium = History(client, client.submit([1, 2, 3, 4, 5], "MEDIUM"))
    eventually(lambda: medium.poll() == (T, C, Y))
    high = History(client, client.submit([6, 7, 8, 9], "HIGH"))
    # Both are polled every time.
    eventually(lambda: [medium.poll()[0], high.poll()[0]] == [C, C])
    return medium, high


def ledger(database: Path) -> list[tuple[int, list[int]]]:
    """Return when each slot was opened (nanoseconds, monotonic), and its ids."""
    query = "SELECT opened, record_id FROM calls JOIN slots ON slot = number ORDER BY number, place"
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(query).fetchall()
    return [(opened, [record_id for _, record_id in own]) for opened, own in groupby(rows, lambda row: row[0])]


def test_the_example_runs_123_at_t0_678_at_t5_and_945_at_t10(
    histories: tuple[History, History], tmp_path: Path
) -> None:
    (t0, first), (t5, second), (t10, third) = ledger(tmp_path / "ingest.db")
    assert (first, second, third) == ([1, 2, 3], [6, 7, 8], [9, 4, 5])
    # Not earlier than an interval later, and no slot is left out in between.
    assert INTERVAL <= t5 - t0 < 2 * INTERVAL
    assert INTERVAL <= t10 - t5 < 2 * INTERVAL
    whole_life = [(Y, Y, Y), (T, T, Y), (T, C, Y), (T, C, T), (C, C, C)]
    assert [history.seen for history in histories] == [whole_life, whole_life]


def test_a_high_right_behind_a_low_on_an_idle_service_goes_first(
    start: Start, client: Client, tmp_path: Path
) -> None:
    start(INGEST_LINGER_SECONDS=LINGER_SECONDS).until_healthy()
    low = client.submit([1, 2, 3], "LOW")
    client.submit([4, 5, 6], "HIGH")
    eventually(lambda: client.completed(low))
    assert [ids for _, ids in ledger(tmp_path / "ingest.db")] == [[4, 5, 6], [1, 2, 3]]
