"""Answers of a stand-in for the ingest service about an ingestion and its times."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingestctl.models import Ingestion, TimedBatch
from ingestctl.render.view import IngestionView
from tests.cli.stand_in import INGESTION_ID, Answer, Request

START = datetime(2026, 11, 22, 0, 50, 40, 408000, UTC)


@dataclass(frozen=True)
class Timetable:
    """The resources under /ingestions at one moment."""

    ingestion: Answer
    batches: list[dict[str, Any]]

    def answer(self, request: Request) -> Answer:
        url = urlsplit(request.path)
        if url.path.endswith("/batches"):
            return self._page(**{name: int(value) for name, [value] in parse_qs(url.query).items()})
        etag = self.ingestion.headers["ETag"]
        return replace(self.ingestion, status=304, body=b"") if etag == request.etag else self.ingestion

    def _page(self, limit: int, after: int) -> Answer:
        page = list(islice((batch for batch in self.batches if batch["number"] > after), limit))
        last = page[-1]["number"] if page else after
        more = last + 1 < len(self.batches)
        return Answer(body={"ingestion_id": INGESTION_ID, "batches": page, "next_after": last if more else None})


def timetable(
    *statuses: str, start: datetime = START, headers: dict[str, str] | None = None, **changed: Any
) -> Timetable:
    """The batches of `progress`: one every 5 seconds from the start on, each takes a second."""
    counts = Counter(statuses)
    batches = [_timed(number, status, start) for number, status in enumerate(statuses)]
    counted = ["yet_to_start", "triggered", "completed", *(["cancelled"] if counts["cancelled"] else [])]
    ingestion = {
        "ingestion_id": INGESTION_ID,
        "status": _status(counts),
        "priority": "MEDIUM",
        "created_at": written(start),
        "ids": 3 * len(statuses),
        "batches": {status: counts[status] for status in counted},
        "failed": 0,
        "slots_used": counts["triggered"] + counts["completed"],
        "starts_at": written(start),
        "completes_at": written(start + timedelta(seconds=5 * len(statuses) - 4)),
        "position": None,
        "why": None,
        **changed,
    }
    etag = f'"{hash(json.dumps(ingestion))}"'
    return Timetable(Answer(body=ingestion, headers={"ETag": etag, **(headers or {})}), batches)


def view(*statuses: str, **changed: Any) -> IngestionView:
    """Return what is shown of such a timetable."""
    answers = timetable(*statuses, **changed)
    return IngestionView(Ingestion.parse(answers.ingestion.body), tuple(map(TimedBatch.parse, answers.batches)))


def _status(counts: Counter[str]) -> str:
    if counts["cancelled"] and not counts["triggered"]:
        return "cancelled"
    return next(iter(counts)) if len(counts) == 1 else "triggered"


def _timed(number: int, status: str, start: datetime) -> dict[str, Any]:
    started = start + timedelta(seconds=5 * number)
    return {
        "batch_id": f"batch-{number}",
        "number": number,
        "ids": [3 * number + 1, 3 * number + 2, 3 * number + 3],
        "status": status,
        "attempts": int(status in ("triggered", "completed")),
        "started_at": None if status == "cancelled" else written(started),
        "finished_at": written(started + timedelta(seconds=1)) if status == "completed" else None,
    }


def written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
