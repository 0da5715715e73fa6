"""The embedded engine, where the journal and the backlog disagree for a moment."""

from uuid import UUID

import pytest

from ingest_service.domain.model import Priority, Submission
from ingest_service.errors import BacklogFull
from ingest_service.stores.sqlite.journal import SqliteJournal
from tests.engines.places import EmbeddedPlace
from tests.simulation import Simulation


class RacedJournal(SqliteJournal):
    """A journal that does not know of the other request with the same key until it is to accept this one."""

    def resubmitted(self, submission: Submission, key: str) -> UUID | None:  # noqa: ARG002 - it knows of none
        return None


def test_two_requests_with_one_key_that_race_are_one_ingestion_and_take_room_once() -> None:
    simulation = Simulation(place=EmbeddedPlace(journal=RacedJournal), most_ids=6)
    first, second = (simulation.service.submit([1, 2, 3], Priority.LOW, key="once") for _ in range(2))
    assert first == second
    simulation.submit([4, 5, 6])
    with pytest.raises(BacklogFull):
        simulation.submit([7])
