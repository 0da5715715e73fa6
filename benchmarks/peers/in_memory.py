"""The service as an asyncio program that keeps everything in memory: FastAPI, a heap, uvicorn. Nothing is durable.

`python -m benchmarks.peers.in_memory PORT` serves it until it is ended.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from typing import Annotated, Any, Literal
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from benchmarks.ports import HOST

BATCH_SIZE = 3
INTERVAL = 5.0
ORDER = {"HIGH": 0, "MEDIUM": 1, "LOW": 2}

Batch = dict[str, Any]
ingestions: dict[str, list[Batch]] = {}
waiting: list[tuple[int, float, str, Batch]] = []


class Submission(BaseModel):
    """Ids to be called."""

    ids: Annotated[list[Annotated[int, Field(ge=1, le=10**9 + 7)]], Field(min_length=1)]
    priority: Literal["HIGH", "MEDIUM", "LOW"]


async def release() -> None:
    """Release a batch in every interval."""
    while True:
        if waiting:
            *_, batch = heappop(waiting)
            batch["status"] = "triggered"
            await asyncio.sleep(1)
            batch["status"] = "completed"
        await asyncio.sleep(INTERVAL)


@asynccontextmanager
async def releasing(_: FastAPI) -> AsyncIterator[None]:
    """Release batches while the service runs."""
    task = asyncio.create_task(release())
    yield
    task.cancel()


app = FastAPI(lifespan=releasing)


@app.post("/ingest")
async def ingest(submission: Submission) -> dict[str, str]:
    """Take ids."""
    ingestion_id, now = str(uuid4()), time.time()
    ids = submission.ids
    batches: list[Batch] = [
        {"batch_id": str(uuid4()), "ids": ids[first : first + BATCH_SIZE], "status": "yet_to_start"}
        for first in range(0, len(ids), BATCH_SIZE)
    ]
    for batch in batches:
        heappush(waiting, (ORDER[submission.priority], now, batch["batch_id"], batch))
    ingestions[ingestion_id] = batches
    return {"ingestion_id": ingestion_id}


@app.get("/status/{ingestion_id}")
async def status(ingestion_id: str) -> dict[str, Any]:
    """Show every batch."""
    if ingestion_id not in ingestions:
        raise HTTPException(404, "Ingestion ID not found")
    batches = ingestions[ingestion_id]
    found = {batch["status"] for batch in batches}
    return {
        "ingestion_id": ingestion_id,
        "status": found.pop() if len(found) == 1 else "triggered",
        "batches": batches,
    }


@app.get("/health")
async def health() -> dict[str, str]:
    """Answer that it runs."""
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), log_level="info")
