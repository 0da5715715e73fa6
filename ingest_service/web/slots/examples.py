"""Examples of the bodies."""

from ingest_service.domain.model import Priority
from ingest_service.web.openapi.examples import FIRST, ONE, OTHER, THIRD
from ingest_service.web.slots.models import (
    Dispatcher,
    LimitUse,
    PastBatch,
    PastSlot,
    PastSlots,
    PlannedBatch,
    PlannedSlot,
    Replica,
    Schedule,
    Waiting,
)

SCHEDULE = Schedule(
    slots=[
        PlannedSlot(
            opens_at="2026-11-22T01:08:04.578Z",
            ids=[6, 7, 8],
            batches=[PlannedBatch(batch_id=THIRD, ingestion_id=OTHER, priority=Priority.HIGH, ids=[6, 7, 8])],
        )
    ]
)
LEDGER = PastSlots(
    slots=[
        PastSlot(
            number=1,
            opened_at="2026-11-22T01:07:59.578Z",
            closed_at="2026-11-22T01:08:00.581Z",
            replica="blue-17",
            ids=[1, 2, 3],
            batches=[PastBatch(batch_id=FIRST, ingestion_id=ONE, ids=[1, 2, 3])],
        )
    ],
    next_before=None,
)
RUNNING = Dispatcher(
    state="running",
    paused_at=None,
    upstream_paused_until=None,
    probing=False,
    next_slot_at="2026-11-22T01:08:04.578Z",
    backlog={
        Priority.HIGH: Waiting(ingestions=1, batches=1, ids=3),
        Priority.MEDIUM: Waiting(ingestions=1, batches=1, ids=2),
        Priority.LOW: Waiting(ingestions=0, batches=0, ids=0),
    },
    limits=[
        LimitUse(ids=3, seconds=5, used=3, left=0, next_free_at="2026-11-22T01:08:04.578Z"),
        LimitUse(ids=2000, seconds=86_400, used=17, left=1983, next_free_at="2026-11-22T17:20:31.002Z"),
    ],
    replicas=[
        Replica(name="blue-17", seen_at="2026-11-22T01:08:01.204Z"),
        Replica(name="green-9", seen_at="2026-11-22T01:08:00.871Z"),
    ],
)
PAUSED = RUNNING.model_copy(
    update={"state": "paused", "paused_at": "2026-11-22T01:08:01.250Z", "next_slot_at": None}
)
