"""Examples of the answers."""

from ingest_service.web.openapi.examples import FIRST, ONE, OTHER, THIRD

PLANNED = {
    "opens_at": "2026-11-22T01:08:04.578Z",
    "ids": [6, 7, 8],
    "batches": [{"batch_id": THIRD, "ingestion_id": OTHER, "priority": "HIGH", "ids": [6, 7, 8]}],
}
OPENED = {
    "number": 1,
    "opened_at": "2026-11-22T01:07:59.578Z",
    "closed_at": "2026-11-22T01:08:00.581Z",
    "ids": [1, 2, 3],
    "batches": [{"batch_id": FIRST, "ingestion_id": ONE, "ids": [1, 2, 3]}],
}
NOTHING = {"ingestions": 0, "batches": 0, "ids": 0}
RUNNING = {
    "state": "running",
    "paused_at": None,
    "upstream_paused_until": None,
    "probing": False,
    "next_slot_at": "2026-11-22T01:08:04.578Z",
    "backlog": {
        "HIGH": {"ingestions": 1, "batches": 1, "ids": 3},
        "MEDIUM": {"ingestions": 1, "batches": 1, "ids": 2},
        "LOW": NOTHING,
    },
}
PAUSED = {**RUNNING, "state": "paused", "paused_at": "2026-11-22T01:08:01.250Z", "next_slot_at": None}
