"""How a submission becomes an ingestion."""

import logging
from uuid import UUID

from ingest_service.domain.model import Submission
from ingest_service.errors import DeadlineImpossible
from ingest_service.ports.engine import Intake
from ingest_service.ports.store import Store
from ingest_service.schedule.dry_run import dry_run

log = logging.getLogger(__name__)


class Admission:
    """Accepts submissions that there is room and time for. Any thread; blocks until they are durable."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    def admit(self, submission: Submission, key: str | None) -> UUID:
        """Return the id of the ingestion that stands for a submission.

        With an idempotency key that came before it is the ingestion that came with it, whether or not there
        is room or time now. Raises BacklogFull, DeadlineImpossible, KeyReused and StoreError.
        """
        known = self._store.resubmitted(submission, key) if key is not None else None
        if known is not None:
            return known
        self._require_time(submission)
        self._intake.reserve(len(submission.ids))
        try:
            accepted = self._store.add(submission, self._intake.join, key)
        except Exception:
            self._intake.give_back(len(submission.ids))
            raise
        if accepted == submission.id:
            _tell(submission)
        else:
            self._intake.give_back(len(submission.ids))
        return accepted

    def _require_time(self, submission: Submission) -> None:
        """Raise DeadlineImpossible for a submission that would end too late."""
        if submission.deadline is None:
            return
        ends_at = dry_run(submission, self._intake.snapshot()).ends_at
        if ends_at is None or ends_at > submission.deadline:
            raise DeadlineImpossible(ends_at)


def _tell(submission: Submission) -> None:
    count, urgency = len(submission.ids), submission.priority.name
    log.info(
        "ingestion %s accepted: %d ids, %s",
        submission.id,
        count,
        urgency,
        extra={"ingestion_id": str(submission.id), "ids": count, "priority": urgency},
    )
