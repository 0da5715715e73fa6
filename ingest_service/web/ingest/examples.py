"""Examples of the answers."""

from ingest_service.web.openapi.examples import FIRST, ONE, SECOND

STATUS = {
    "ingestion_id": ONE,
    "status": "triggered",
    "batches": [
        {"batch_id": FIRST, "ids": [1, 2, 3], "status": "completed"},
        {"batch_id": SECOND, "ids": [4, 5], "status": "yet_to_start"},
    ],
}


TRIAL = {
    "dry_run": True,
    "starts_at": "2026-11-22T01:08:04.578Z",
    "completes_at": "2026-11-22T01:08:05.578Z",
    "slots": 1,
    "position": 1,
    "delayed": 1,
    "delays": [
        {
            "ingestion_id": ONE,
            "priority": "MEDIUM",
            "completes_at": "2026-11-22T01:08:05.578Z",
            "would_complete_at": "2026-11-22T01:08:10.578Z",
            "seconds": 5.0,
        }
    ],
}
