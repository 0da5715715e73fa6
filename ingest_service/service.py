"""The use cases of the service, for every interface."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from ingest_service.dispatch.dispatcher import Dispatcher
from ingest_service.domain.model import Priority, Status, Submission, new_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import (
    DispatcherStopped,
    NothingToCancel,
    NothingToChange,
    NothingToRetry,
    StoreError,
)
from ingest_service.loop import Loop
from ingest_service.ports.engine import Engine
from ingest_service.ports.ledger import AuditedRecords
from ingest_service.reports.audit import AuditReports
from ingest_service.reports.board import BoardReports
from ingest_service.reports.details import DetailsReports
from ingest_service.reports.history import HistoryReports
from ingest_service.reports.models import IngestionReport
from ingest_service.reports.reports import Reports
from ingest_service.schedule.dry_run import DryRun, dry_run

log = logging.getLogger(__name__)

# Shorter than the ten seconds that `docker stop` gives before it kills.
GRACE_SECONDS = 8.0
COMPANION_GRACE_SECONDS = 0.5
CREDENTIALS_REFUSED = (
    "the upstream refuses the credentials: it answers every call with 401, 403 or 407; no id fails, and each slot "
    "tries one until it accepts them"
)


class Service:
    """Takes and changes ingestions, and runs the dispatcher. Any thread may call it.

    `reports`, `board`, `history`, `details` and `audit` read. `companions` are the loops that run beside the
    dispatcher. What changes something is durable when it returns, blocks until then, and raises StoreError.
    """

    def __init__(
        self,
        records: AuditedRecords,
        engine: Engine,
        dispatcher: Dispatcher,
        companions: Sequence[Loop],
        batch_size: int,
    ) -> None:
        self.reports = Reports(records, engine)
        self.board = BoardReports(records, engine, dispatcher.under_way.seated)
        self.history = HistoryReports(records, engine)
        self.details = DetailsReports(records, engine)
        self.audit = AuditReports(records.ledger, engine)
        self._records = records
        self._engine = engine
        self._dispatcher = dispatcher
        self._companions = companions
        self._batch_size = batch_size

    def liveness_failures(self) -> dict[str, str]:
        """Return the failed components by name, with the reason; empty when healthy. Does not block."""
        parts = {loop.name: loop.alive for loop in (self._dispatcher, *self._companions)}
        parts["store"] = self._records.alive
        found = {part: f"the {part} does not run; the log says why" for part, alive in parts.items() if not alive}
        if self._records.damage is not None:
            found.setdefault("store", self._records.damage)
        return found

    def readiness_failures(self) -> dict[str, str]:
        """Return the components that are not ready by name, with the reason; empty when ready. Reads the store."""
        found = self.liveness_failures()
        for loop in (self._dispatcher, *self._companions):
            if (trouble := loop.trouble) is not None:
                found[loop.name] = trouble
        try:
            self._records.check()
            if self.reports.credentials_refused():
                found["upstream"] = CREDENTIALS_REFUSED
        except StoreError as error:
            found.setdefault("store", str(error))
        return found

    def opens_in(self) -> int:
        """Return the nanoseconds for which no slot will open, as far as is known. Does not block."""
        return self._engine.opens_in()

    def give_way(self) -> None:
        """Block for a moment while a slot opens or is closed. Any thread whose work may wait for so long."""
        self._dispatcher.right_of_way.give()

    def start(self) -> None:
        """Open the store, take up what waits and start the dispatcher.

        Raises StoreError and SettingError; `stop` then lets go of what was opened.
        """
        if self._dispatcher.alive:
            return
        self._records.start()
        self._engine.start()
        for loop in (*self._companions, self._dispatcher):
            loop.start()

    def halt(self) -> None:
        """Open no further slot; calls in flight finish. Any thread; does not block."""
        for loop in (self._dispatcher, *self._companions):
            loop.halt()

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Open no further slot, let the calls in flight finish within `grace` seconds, close the store."""
        self.halt()
        if not self._dispatcher.join(grace):
            log.warning("stopped with calls in flight after %g s of grace", GRACE_SECONDS)
        for companion in self._companions:
            companion.stop(COMPANION_GRACE_SECONDS)
        self._records.stop()

    def submit(
        self, ids: Iterable[int], priority: Priority, deadline: int | None = None, key: str | None = None
    ) -> UUID:
        """Accept a non-empty list of ids and return the ingestion's id.

        With an idempotency key that came before it is the id of the ingestion that came with it. `deadline` is
        that of a Submission. Raises DispatcherStopped, BacklogFull, DeadlineImpossible and KeyReused.
        """
        return self._admit(self._submission(ids, priority, deadline), key)

    def dry_run(self, ids: Iterable[int], priority: Priority) -> DryRun:
        """Return when a submission would run now, and which ingestions it would delay. Nothing is stored."""
        return dry_run(self._submission(ids, priority, None), self._engine.snapshot())

    def retry(self, ingestion_id: UUID, priority: Priority | None, key: str | None = None) -> UUID:
        """Make a new ingestion of the ids that failed so far, of the same priority unless one is given.

        With an idempotency key that came before, for the same ingestion and priority, it is the one that was made
        then, whatever has failed since. Raises IngestionNotFound, NothingToRetry, DispatcherStopped, BacklogFull
        and KeyReused.
        """
        ingestion = self.reports.progress(ingestion_id).ingestion
        failed = self._records.failed_ids(ingestion_id)
        if not failed:
            raise NothingToRetry(ingestion_id)
        submission = self._submission(failed, ingestion.priority if priority is None else priority, None)
        origin = f"retry {ingestion_id} {'' if priority is None else priority.name}"
        accepted = self._admit(replace(submission, origin=origin), key)
        if accepted == submission.id:
            text = "ingestion %s accepted: the %d failed ids of ingestion %s"
            log.info(text, accepted, len(failed), ingestion_id, extra={"ingestion_id": str(accepted)})
        return accepted

    def cancel(self, ingestion_id: UUID) -> IngestionReport:
        """Release no more of an ingestion, and return it as it is now. May be called twice.

        Raises IngestionNotFound, and NothingToCancel for one that is completed.
        """
        progress = self.reports.progress(ingestion_id)
        if progress.status is Status.COMPLETED:
            raise NothingToCancel(ingestion_id)
        if not progress.cancelled:
            self._engine.cancel(progress.sequence)
            log.info("ingestion %s cancelled", ingestion_id, extra={"ingestion_id": str(ingestion_id)})
        return self.reports.ingestion(ingestion_id)

    def reprioritise(self, ingestion_id: UUID, priority: Priority) -> IngestionReport:
        """Give an ingestion another priority, and return it as it is now; it keeps its created time.

        Raises IngestionNotFound, and NothingToChange if none of its ids waits.
        """
        progress = self.reports.progress(ingestion_id)
        if progress.ended or progress.cancelled:
            raise NothingToChange(ingestion_id)
        self._engine.reprioritise(progress.sequence, priority)
        log.info("ingestion %s is %s now", ingestion_id, priority.name, extra={"ingestion_id": str(ingestion_id)})
        return self.reports.ingestion(ingestion_id)

    def pause(self) -> None:
        """Open no slot until `resume`, across restarts; calls in flight finish. May be called twice."""
        self._engine.pause()
        log.info("the dispatcher is paused")

    def resume(self) -> None:
        """Open slots again. May be called twice."""
        self._engine.resume()
        log.info("the dispatcher goes on")

    def _admit(self, submission: Submission, key: str | None) -> UUID:
        if self._dispatcher.ended:
            raise DispatcherStopped
        return self._engine.admit(submission, key)

    def _submission(self, ids: Iterable[int], priority: Priority, deadline: int | None) -> Submission:
        packed = ids if isinstance(ids, PackedIds) else PackedIds.of(ids)
        return Submission(new_id(), priority, self._batch_size, packed, deadline=deadline)
