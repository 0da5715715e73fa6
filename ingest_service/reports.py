"""What the service tells those who use it."""

from collections.abc import Mapping
from uuid import UUID

from ingest_service.domain.ledger import BatchHistory, LedgerSummary, Outcome, Slip, SlotRecord
from ingest_service.domain.model import Priority, Status
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress
from ingest_service.errors import IngestionNotFound
from ingest_service.ports.engine import Intake
from ingest_service.ports.store import ListFilter, Store
from ingest_service.schedule.estimate import Estimate, estimate
from ingest_service.schedule.snapshot import ScheduleSnapshot


class Reports:
    """Tells what was, what is and what will be. Any thread may ask; nothing is held up by the answer."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    def progress(self, ingestion_id: UUID) -> Progress:
        """Return how far an ingestion has come. Raises IngestionNotFound."""
        progress = self._store.find(ingestion_id)
        if progress is None:
            raise IngestionNotFound(ingestion_id)
        return progress

    def listed(self, wanted: ListFilter) -> list[Progress]:
        """Return how far the wanted ingestions have come, the newest first."""
        return self._store.listed(wanted)

    def failed_counts(self, listed: list[Progress]) -> dict[int, int]:
        """Return of each of these ingestions, by its sequence, how many of its ids have failed."""
        return self._store.failed_counts([progress.sequence for progress in listed])

    def ids(self, progress: Progress) -> PackedIds:
        """Return the ids of an ingestion. Raises IngestionNotFound if it was removed meanwhile."""
        ids = self._store.ids(progress.sequence)
        if len(ids) == 0:
            raise IngestionNotFound(progress.ingestion.id)
        return ids

    def account(self, progress: Progress) -> LedgerSummary:
        """Return what the ledger tells of an ingestion."""
        return self._store.account(progress.sequence)

    def batch_histories(self, progress: Progress, numbers: range) -> dict[int, BatchHistory]:
        """Return what the ledger tells of those of these batches that were released, by their numbers."""
        return self._store.batch_histories(progress, numbers)

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return outcomes with their positions: the first `limit` past `after`; none of an unknown ingestion."""
        return self._store.outcomes(ingestion_id, after, limit)

    def slips(self, progress: Progress) -> list[Slip]:
        """Return the latest slips of an ingestion, the last one first."""
        return self._store.slips(progress.sequence)

    def slots(self, before: int, limit: int) -> list[SlotRecord]:
        """Return the last `limit` slots with a number below `before`, the latest first."""
        return self._store.slots(before, limit)

    def snapshot(self) -> ScheduleSnapshot:
        """Return all that the schedule depends on, as it is now."""
        return self._intake.snapshot()

    def estimate(self, progress: Progress) -> Estimate | None:
        """Return when the waiting ids of an ingestion run, None if none waits."""
        return estimate(self._intake.snapshot(), progress.ingestion.priority, progress.sequence)

    def changes_in(self, progress: Progress) -> int | None:
        """Return for how many nanoseconds an ingestion cannot change; None for one that never will again.

        A batch that is being called may end at any moment; one that waits starts with a slot.
        """
        if progress.ended:
            return None
        return 0 if progress.open else self._intake.opens_in()

    def batch_counts(self) -> Mapping[tuple[Priority, Status], int]:
        """Return how many batches there are of each priority and status, where there are any."""
        return self._store.batch_counts()
