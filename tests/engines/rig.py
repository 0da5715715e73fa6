"""One engine of any kind, its records and its clock, for tests that speak to the port `Engine` alone."""

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from ingest_service.domain.ledger import Answer, Call, Outcome, Slot
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from tests.doubles import good
from tests.engines.places import Place
from tests.engines.wiring import RATE, Wiring


def submission_of(
    ids: Iterable[int], priority: Priority = Priority.MEDIUM, deadline: int | None = None
) -> Submission:
    return Submission(uuid4(), priority, RATE.slot_size, PackedIds.of(ids), deadline)


class Rig:
    """An engine on the virtual clock. `restart` builds another one over the same store, as after a crash."""

    def __init__(self, place: Place, **wiring: object) -> None:
        self.clock = place.clock
        self.wiring = Wiring(self.clock, **wiring)  # type: ignore[arg-type] # the fields of Wiring
        self._place = place
        self.restart()
        self.clock.time = self.began = place.began

    def restart(self) -> None:
        self.records, self.engine = self._place.build(self.wiring)
        self.records.start()
        self.engine.start()

    def first_start(self, last_call: int | None) -> int:
        """Return when the first slot opens after a restart now, by the last call, None if it is not known.

        Times are counted since the rig began.
        """
        known = None if last_call is None else self.began + last_call
        return self._place.first_start(self.clock.now(), known) - self.began

    def submission(self, ids: Iterable[int], priority: str = "MEDIUM", deadline: int | None = None) -> Submission:
        return submission_of(ids, Priority[priority], deadline)

    def admit(self, ids: Iterable[int], priority: str = "MEDIUM", key: str | None = None) -> UUID:
        return self.engine.admit(self.submission(ids, priority), key)

    def admit_at(self, time: int, ids: Iterable[int], priority: str = "MEDIUM") -> None:
        wanted = list(ids)
        self.clock.at(self.began + time, lambda: self.admit(wanted, priority))

    def open(self) -> Slot:
        slot = self.engine.open()
        assert slot is not None
        return slot

    def close(self, slot: Slot, *answers: Answer) -> None:
        """Close a slot with these answers; without any, each id has a result."""
        given = answers or [good(record_id, 1) for record_id in slot.ids]
        self.engine.close(slot, self.calls(given))

    def calls(self, answers: Sequence[Answer]) -> list[Call]:
        return [Call(self.clock.now(), answer) for answer in answers]

    def run_slot(self, *answers: Answer) -> tuple[int, list[int]]:
        """Open and close a slot; return when it opened, since the rig began, and its ids."""
        slot = self.open()
        self.close(slot, *answers)
        return slot.opened - self.began, list(slot.ids)

    def planned(self) -> list[tuple[int, list[int]]]:
        """Return the slots to come by the snapshot, as `run_slot` returns those that came."""
        return [
            (slot.opens - self.began, list(self.records.batch_ids(slot.batches)))
            for slot in self.engine.snapshot().slots()
        ]

    def progress(self, ingestion_id: UUID) -> Progress:
        progress = self.records.progress(ingestion_id)
        assert progress is not None
        return progress

    def sequence(self, ingestion_id: UUID) -> int:
        return self.progress(ingestion_id).sequence

    def outcomes(self, ingestion_id: UUID) -> list[Outcome]:
        return [outcome for _, outcome in self.records.outcomes(ingestion_id, -1, 1000) or []]
