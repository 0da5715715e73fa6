"""Examples of the answers."""

from typing import Any

from ingest_service.web.openapi.examples import FIRST, ONE, OTHER, SECOND

SHORT: dict[str, Any] = {
    "ingestion_id": ONE,
    "status": "triggered",
    "priority": "MEDIUM",
    "created_at": "2026-11-22T01:07:59.378Z",
    "ids": 5,
    "batches": {"yet_to_start": 1, "triggered": 0, "completed": 1},
    "failed": 0,
}


WHY = {
    "ahead": {"HIGH": {"ingestions": 1, "batches": 1}},
    "paused_until": None,
    "paused_by_operator": False,
    "next_at": "2026-11-22T01:08:09.578Z",
    "text": "1 HIGH batch of 1 ingestion goes first; the next batch runs at 2026-11-22T01:08:09.578Z",
}


SLIP = {
    "at": "2026-11-22T01:08:03.378Z",
    "slots": 1,
    "seconds": 5.0,
    "text": f"+1 slot at 2026-11-22T01:08:03.378Z: ingestion {OTHER}, HIGH",
}


FULL = {
    **SHORT,
    "slots_used": 1,
    "starts_at": "2026-11-22T01:07:59.578Z",
    "completes_at": "2026-11-22T01:08:10.578Z",
    "position": 2,
    "why": WHY,
    "deadline": {"at": "2026-11-22T07:00:00.000Z", "holds": True},
    "slips": [SLIP],
}


CANCELLED = {
    **FULL,
    "status": "cancelled",
    "batches": {"yet_to_start": 0, "triggered": 0, "completed": 1, "cancelled": 1},
    "completes_at": "2026-11-22T01:08:00.581Z",
    "position": None,
    "why": {
        "ahead": {},
        "paused_until": None,
        "paused_by_operator": False,
        "next_at": None,
        "text": "it was cancelled",
    },
    "deadline": None,
}


BATCHES = {
    "ingestion_id": ONE,
    "batches": [
        {
            "batch_id": FIRST,
            "number": 0,
            "ids": [1, 2, 3],
            "status": "completed",
            "attempts": 1,
            "started_at": "2026-11-22T01:07:59.578Z",
            "finished_at": "2026-11-22T01:08:00.581Z",
        },
        {
            "batch_id": SECOND,
            "number": 1,
            "ids": [4, 5],
            "status": "yet_to_start",
            "attempts": 0,
            "started_at": "2026-11-22T01:08:09.578Z",
            "finished_at": None,
        },
    ],
    "next_after": None,
}


RESULTS: list[dict[str, Any]] = [
    {"id": 1, "result": {"id": 1, "name": "a record"}},
    {"id": 2, "error": "HTTP 404 Not Found", "attempts": 1, "last_status": 404},
]
