"""The example of the specification, with its real five seconds."""

import time

import pytest

from tests.processes.client import Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

Y, T, C = "yet_to_start", "triggered", "completed"

# Longer than the default, so that on a slow machine too there is time to submit twice before the first slot.
LINGER_SECONDS = "1"


class History:
    """What polling sees of one ingestion: every state of it and its batches, and when that was first seen."""

    def __init__(self, client: Client, ingestion_id: str) -> None:
        self._client = client
        self._ingestion_id = ingestion_id
        self.seen: dict[tuple[str, ...], float] = {}

    def look(self) -> None:
        """Poll once."""
        status = self._client.status(self._ingestion_id)
        state = (status["status"], *(batch["status"] for batch in status["batches"]))
        self.seen.setdefault(state, time.monotonic())

    def reaches(self, status: str) -> bool:
        """Whether the ingestion has this status now."""
        self.look()
        return next(reversed(self.seen))[0] == status

    @property
    def slots(self) -> list[float]:
        """When each batch was first seen as triggered."""
        return [when for state, when in self.seen.items() if T in state[1:]]


def poll_until(when: float, history: History) -> None:
    while time.monotonic() < when:
        history.look()
        time.sleep(0.02)


@pytest.fixture
def histories(start: Start, client: Client) -> tuple[History, History]:
    """[1,2,3,4,5] MEDIUM, and four seconds behind its first slot [6,7,8,9] HIGH; polled until they are over."""
    start(INGEST_LINGER_SECONDS=LINGER_SECONDS).until_healthy()
    medium = History(client, client.submit([1, 2, 3, 4, 5], "MEDIUM"))
    eventually(lambda: medium.reaches(T))
    poll_until(medium.slots[0] + 4, medium)
    high = History(client, client.submit([6, 7, 8, 9], "HIGH"))
    # Both are looked at every time.
    eventually(lambda: all([medium.reaches(C), high.reaches(C)]))
    return medium, high


def test_the_example_runs_123_at_t0_678_at_t5_and_945_at_t10(histories: tuple[History, History]) -> None:
    medium, high = histories
    start = medium.slots[0]
    assert [when - start for when in medium.slots] == pytest.approx([0, 10], abs=1)
    assert [when - start for when in high.slots] == pytest.approx([5, 10], abs=1)
    whole_life = [(Y, Y, Y), (T, T, Y), (T, C, Y), (T, C, T), (C, C, C)]
    assert list(medium.seen) == whole_life
    assert list(high.seen) == whole_life


def test_a_high_right_behind_a_low_on_an_idle_service_goes_first(start: Start, client: Client) -> None:
    start(INGEST_LINGER_SECONDS=LINGER_SECONDS).until_healthy()
    low = client.submit([1, 2, 3], "LOW")
    time.sleep(0.05)
    high = client.submit([4, 5, 6], "HIGH")
    eventually(lambda: client.batch_statuses(high) != [Y])
    assert client.batch_statuses(low) == [Y]
    eventually(lambda: client.completed(low))
