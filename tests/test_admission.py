"""How submissions become ingestions, where the store and the backlog disagree for a moment."""

from collections.abc import Callable
from uuid import UUID

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority, Submission
from ingest_service.stores.memory import MemoryStore
from tests.simulation import Simulation


class RacedStore(MemoryStore):
    """A store that does not know of the other request with the same key until it is to accept this one."""

    accepting = False

    def add(self, submission: Submission, accepted: Callable[[Entry], None], key: str | None = None) -> UUID:
        self.accepting = True
        kept = super().add(submission, accepted, key)
        self.accepting = False
        return kept

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:
        return super().resubmitted(submission, key) if self.accepting else None


def test_two_requests_with_one_key_that_race_are_one_ingestion_and_take_room_once() -> None:
    simulation = Simulation(store=RacedStore)
    first, second = (simulation.service.submit([1, 2, 3], Priority.LOW, key="once") for _ in range(2))
    assert first == second
    assert simulation.gate.backlog.ids == 3
