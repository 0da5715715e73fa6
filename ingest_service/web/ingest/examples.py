"""Examples of the bodies."""

from ingest_service.domain import model
from ingest_service.domain.model import Priority
from ingest_service.web.ingest.models import Accepted, Delay, DryRun, Status, StatusBatch
from ingest_service.web.ingest.requests import SubmissionBody
from ingest_service.web.openapi.examples import FIRST, ONE, SECOND

FIVE = SubmissionBody(ids=[1, 2, 3, 4, 5], priority=Priority.HIGH)
WITH_DEADLINE = SubmissionBody.parse(
    b'{"ids": [6, 7], "priority": "LOW", "deadline": "2026-11-22T08:00:00+01:00"}'
)
ACCEPTED = Accepted(ingestion_id=ONE)
STATUS = Status(
    ingestion_id=ONE,
    status=model.Status.TRIGGERED,
    batches=[
        StatusBatch(batch_id=FIRST, ids=[1, 2, 3], status=model.Status.COMPLETED),
        StatusBatch(batch_id=SECOND, ids=[4, 5], status=model.Status.YET_TO_START),
    ],
)
DRY_RUN = DryRun(
    dry_run=True,
    starts_at="2026-11-22T01:08:04.578Z",
    completes_at="2026-11-22T01:08:05.578Z",
    slots=1,
    position=1,
    delayed=1,
    delays=[
        Delay(
            ingestion_id=ONE,
            priority=Priority.MEDIUM,
            completes_at="2026-11-22T01:08:05.578Z",
            would_complete_at="2026-11-22T01:08:10.578Z",
            seconds=5.0,
        )
    ],
)
