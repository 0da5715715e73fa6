from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from cli.ingestion import Ingestion
from cli.outlook import outlook
from tests.cli.timetable import START, timetable, written

NOW = (START - timedelta(seconds=65)).astimezone(timezone(timedelta(hours=1)))
SOON = written(START + timedelta(minutes=1))


def sentences(*statuses: str, now: datetime = NOW, **changed: Any) -> list[str]:
    return list(outlook(Ingestion.parse(timetable(*statuses, **changed).ingestion.body), now))


def why(paused_until: str | None = None, next_at: str | None = None, **ahead: tuple[int, int]) -> dict[str, Any]:
    crowds = {priority: {"batches": batches, "ingestions": of} for priority, (batches, of) in ahead.items()}
    return {"ahead": crowds, "paused_until": paused_until, "next_at": next_at, "text": "in the service's zone"}


def test_the_end_is_counted_down_to() -> None:
    assert sentences("yet_to_start") == ["done in 1m 06s, at 01:50:41"]


def test_an_end_that_is_due_is_now() -> None:
    assert sentences("triggered", now=NOW + timedelta(hours=1)) == ["done now, at 01:50:41"]


def test_an_end_that_came_is_told() -> None:
    assert sentences("completed", now=NOW + timedelta(days=1)) == ["done at 2026-11-22 01:50:41"]


def test_an_end_that_nobody_knows_is_not_mentioned() -> None:
    assert sentences("yet_to_start", completes_at=None) == []


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        (
            why(next_at=SOON, HIGH=(3, 1)),
            "3 HIGH batches of 1 ingestion go first; the next batch runs at 01:51:40",
        ),
        (
            why(HIGH=(1, 1)),
            "1 HIGH batch of 1 ingestion goes first",
        ),
        (
            why(HIGH=(1, 1), MEDIUM=(1200, 2)),
            "1 HIGH batch of 1 ingestion and 1,200 MEDIUM batches of 2 ingestions go first",
        ),
        (
            why(paused_until=SOON, next_at=SOON),
            "paused by the upstream until 01:51:40; the next batch runs at 01:51:40",
        ),
        (
            why(paused_until=written(START - timedelta(hours=1)), next_at=SOON),
            "the next batch runs at 01:51:40",
        ),
    ],
)
def test_what_it_waits_for_is_told_in_local_time(reasons: dict[str, Any], sentence: str) -> None:
    assert sentences("yet_to_start", completes_at=None, why=reasons) == [sentence]


def test_what_waits_for_nothing_says_nothing() -> None:
    assert sentences("triggered", completes_at=None, why=why()) == []
