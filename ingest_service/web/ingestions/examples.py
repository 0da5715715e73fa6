"""Examples of the bodies."""

from ingest_service.clock import NANOSECONDS
from ingest_service.domain import ledger
from ingest_service.domain.model import Priority, Status
from ingest_service.web.ingest.models import Accepted
from ingest_service.web.ingestions.batches import Batch, Batches
from ingest_service.web.ingestions.models import (
    BatchCounts,
    Deadline,
    Ingestion,
    Ingestions,
    Listed,
    Slip,
    Summary,
)
from ingest_service.web.ingestions.requests import ChangeBody, RetryBody
from ingest_service.web.ingestions.results import Failure, Result, Results
from ingest_service.web.ingestions.wait_reason import Ahead, WaitReason
from ingest_service.web.openapi.examples import FIRST, ONE, OTHER, SECOND, wall

CHANGE = ChangeBody(priority=Priority.HIGH)
RETRY = RetryBody(priority=Priority.HIGH)
RETRIED = Accepted(ingestion_id=OTHER)

SUMMARY = Summary(
    ingestion_id=ONE,
    status=Status.TRIGGERED,
    priority=Priority.MEDIUM,
    created_at="2026-11-22T01:07:59.378Z",
    ids=5,
    batches=BatchCounts(yet_to_start=1, triggered=0, completed=1),
    failed=0,
)
LIST = Ingestions(ingestions=[Listed(**dict(SUMMARY), deadline=None)], next_after=None)
FULL = Ingestion(
    **dict(SUMMARY),
    slots_used=1,
    starts_at="2026-11-22T01:07:59.578Z",
    completes_at="2026-11-22T01:08:10.578Z",
    position=2,
    deadline=Deadline(at="2026-11-22T07:00:00.000Z", holds=True),
    why=WaitReason(
        ahead={Priority.HIGH: Ahead(ingestions=1, batches=1)},
        paused_by_operator=False,
        paused_until=None,
        quota=None,
        next_at="2026-11-22T01:08:09.578Z",
        text="1 HIGH batch of 1 ingestion goes first; the next batch runs at 2026-11-22T01:08:09.578Z",
    ),
    slips=[Slip.of(ledger.Slip(wall("2026-11-22T01:08:03.378Z"), 1, 5 * NANOSECONDS, f"ingestion {OTHER}, HIGH"))],
)
CANCELLED = FULL.model_copy(
    update={
        "status": Status.CANCELLED,
        "batches": BatchCounts(yet_to_start=0, triggered=0, completed=1, cancelled=1),
        "completes_at": None,
        "position": None,
        "deadline": None,
        "why": WaitReason.of_none("it was cancelled"),
    }
)
BATCHES = Batches(
    ingestion_id=ONE,
    batches=[
        Batch(
            batch_id=FIRST,
            number=0,
            ids=[1, 2, 3],
            status=Status.COMPLETED,
            attempts=1,
            started_at="2026-11-22T01:07:59.578Z",
            finished_at="2026-11-22T01:08:00.581Z",
        ),
        Batch(
            batch_id=SECOND,
            number=1,
            ids=[4, 5],
            status=Status.YET_TO_START,
            attempts=0,
            started_at="2026-11-22T01:08:09.578Z",
            finished_at=None,
        ),
    ],
    next_after=None,
)
RESULTS = Results(
    ingestion_id=ONE,
    results=[
        Result(id=1, result={"id": 1, "name": "a record"}),
        Failure(id=2, error="HTTP 404 Not Found", attempts=1, last_status=404),
    ],
    next_after=None,
)
RESULT_LINES = "".join(f"{result.to_json()}\n" for result in RESULTS.results)
RESULT_TABLE = (
    "id,result,error,attempts,last_status\r\n"
    '1,"{""id"":1,""name"":""a record""}",,1,200\r\n'
    "2,,HTTP 404 Not Found,1,404\r\n"
)
