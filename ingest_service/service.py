"""What the service does for those who use it, whatever they use it through."""

import logging
from collections.abc import Iterable
from uuid import UUID, uuid4

from ingest_service.dispatcher import Dispatcher
from ingest_service.domain import Priority, Status, Submission
from ingest_service.errors import IngestionNotFound, NothingToRetry
from ingest_service.ledger import Account, BatchAccount, Outcome, SlotAccount
from ingest_service.packed_ids import PackedIds
from ingest_service.ports import Slots, Store
from ingest_service.progress import Progress
from ingest_service.prospect import Prospect, prospect
from ingest_service.schedule import Outlook
from ingest_service.trial import Trial, try_out

log = logging.getLogger(__name__)

# Shorter than the ten seconds that `docker stop` gives before it kills.
GRACE_SECONDS = 8.0


class Service:
    """Takes ingestions, reports on them, and runs the dispatcher. Any thread may call it."""

    def __init__(self, store: Store, slots: Slots, dispatcher: Dispatcher, batch_size: int) -> None:
        self._store = store
        self._slots = slots
        self._dispatcher = dispatcher
        self._batch_size = batch_size

    def ailments(self) -> dict[str, str]:
        """Return what is not well, each with a sentence; empty while all is. Does not block."""
        store = None if self._store.alive else "the store does not run; the log says why"
        troubles = {"dispatcher": self._dispatcher.trouble, "store": store}
        return {part: trouble for part, trouble in troubles.items() if trouble is not None}

    def start(self) -> None:
        """Open the store, take up what waits and start the dispatcher.

        Raises StoreError and SettingError; `stop` then lets go of what was opened.
        """
        if self._dispatcher.alive:
            return
        self._store.start()
        self._slots.start()
        self._dispatcher.start()

    def stop(self) -> None:
        """Open no further slot, let the calls in flight finish within the grace time, close the store."""
        if not self._dispatcher.stop(GRACE_SECONDS):
            log.warning("stopped with calls in flight after %g s of grace", GRACE_SECONDS)
        self._store.stop()

    def submit(self, ids: Iterable[int], priority: Priority) -> UUID:
        """Accept a non-empty list of ids and return the ingestion's id. Blocks until it is durable.

        Raises StoreError if it could not be kept.
        """
        submission = Submission(uuid4(), priority, self._batch_size, PackedIds.of(ids))
        self._store.add(submission, self._slots.join)
        log.info("ingestion %s accepted: %d ids, %s", submission.id, len(submission.ids), priority.name)
        return submission.id

    def progress(self, ingestion_id: UUID) -> Progress:
        """Return how far an ingestion has come. Raises IngestionNotFound."""
        progress = self._store.find(ingestion_id)
        if progress is None:
            raise IngestionNotFound(ingestion_id)
        return progress

    def outlook(self) -> Outlook:
        """Return all that the schedule depends on, as it is now; computing it holds nothing up."""
        return self._slots.outlook()

    def account(self, progress: Progress) -> Account:
        """Return what the ledger tells of an ingestion."""
        return self._store.account(progress.sequence)

    def batch_accounts(self, progress: Progress, numbers: range) -> dict[int, BatchAccount]:
        """Return what the ledger tells of those of these batches that were released, by their numbers."""
        return self._store.batch_accounts(progress, numbers)

    def slots(self, before: int, limit: int) -> list[SlotAccount]:
        """Return the last `limit` slots with a number below `before`, the latest first."""
        return self._store.slots(before, limit)

    def prospect(self, progress: Progress) -> Prospect | None:
        """Return when the waiting ids of an ingestion run, None if none waits; computing holds nothing up."""
        return prospect(self._slots.outlook(), progress.ingestion.priority, progress.sequence)

    def changes_in(self, progress: Progress) -> int | None:
        """Return for how many nanoseconds an ingestion cannot change; None for one that never will again.

        A batch that is being called may end at any moment; one that waits starts with a slot.
        """
        if progress.status is Status.COMPLETED:
            return None
        return 0 if progress.open else self._slots.opens_in()

    def try_out(self, ids: Iterable[int], priority: Priority) -> Trial:
        """Return what would become of a submission now, and of those that wait. Nothing is stored."""
        submission = Submission(uuid4(), priority, self._batch_size, PackedIds.of(ids))
        return try_out(submission, self._slots.outlook())

    def outcomes(self, ingestion_id: UUID, after: int, limit: int) -> list[tuple[int, Outcome]]:
        """Return outcomes with their positions: the first `limit` past `after`; none of an unknown ingestion."""
        return self._store.outcomes(ingestion_id, after, limit)

    def retry(self, ingestion_id: UUID, priority: Priority | None) -> UUID:
        """Make a new ingestion of the ids that failed so far, of the same priority unless one is given.

        Blocks until it is durable. Raises IngestionNotFound, NothingToRetry and StoreError.
        """
        ingestion = self.progress(ingestion_id).ingestion
        failed = self._store.failed_ids(ingestion_id)
        if not failed:
            raise NothingToRetry(ingestion_id)
        return self.submit(failed, ingestion.priority if priority is None else priority)
