from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ingestctl.models import Ingestion
from ingestctl.render.eta import eta, put_off, warnings
from tests.cli.timetable import START, timetable, written

NOW = (START - timedelta(seconds=65)).astimezone(timezone(timedelta(hours=1)))
SOON = written(START + timedelta(minutes=1))


@pytest.fixture
def zone() -> str:
    return "CET-1"


def sentences(*statuses: str, now: datetime = NOW, **changed: Any) -> list[str]:
    return list(eta(Ingestion.parse(timetable(*statuses, **changed).ingestion.body), now))


def why(
    paused_until: str | None = None,
    next_at: str | None = None,
    quota: dict[str, Any] | None = None,
    **ahead: tuple[int, int],
) -> dict[str, Any]:
    crowds = {priority: {"batches": batches, "ingestions": of} for priority, (batches, of) in ahead.items()}
    return {
        "ahead": crowds,
        "paused_until": paused_until,
        "quota": quota,
        "next_at": next_at,
        "text": "in the service's zone",
    }


def test_the_end_has_a_countdown() -> None:
    assert sentences("yet_to_start") == ["done in 1m 06s, at 01:50:41"]


def test_an_end_that_is_due_is_now() -> None:
    assert sentences("triggered", now=NOW + timedelta(hours=1)) == ["done now, at 01:50:41"]


def test_an_end_in_the_past_has_its_time() -> None:
    assert sentences("completed", now=NOW + timedelta(days=1)) == ["done at 2026-11-22 01:50:41"]


def test_an_unknown_end_is_left_out() -> None:
    assert sentences("yet_to_start", completes_at=None) == []


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        (
            why(next_at=SOON, HIGH=(3, 1)),
            "3 HIGH batches of 1 ingestion go first; the next batch runs in 2m 05s, at 01:51:40",
        ),
        (
            why(next_at=SOON, quota={"ids": 2000, "seconds": 86400, "until": SOON}),
            "the quota of 2,000 in 1 d is used up until 01:51:40; the next batch runs in 2m 05s, at 01:51:40",
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
            why(next_at=SOON),
            "the next batch runs in 2m 05s, at 01:51:40",
        ),
    ],
)
def test_the_reasons_to_wait_are_in_local_time(reasons: dict[str, Any], sentence: str) -> None:
    assert sentences("yet_to_start", completes_at=None, why=reasons) == [sentence]


def test_an_ingestion_that_waits_for_nothing_has_no_reasons() -> None:
    assert sentences("triggered", completes_at=None, why=why()) == []


def warned(*statuses: str, **changed: Any) -> list[str]:
    return list(warnings(Ingestion.parse(timetable(*statuses, **changed).ingestion.body), NOW))


def test_a_pause_of_the_upstream_is_a_warning_until_it_is_over() -> None:
    assert warned("yet_to_start", why=why(paused_until=SOON)) == ["paused by the upstream until 01:51:40"]
    assert warned("yet_to_start", why=why(paused_until=written(START - timedelta(hours=1)))) == []


def test_a_pause_by_an_operator_is_a_warning() -> None:
    paused = {**why(), "paused_by_operator": True}
    assert warned("yet_to_start", why=paused) == ["paused by an operator: nothing more starts until it is resumed"]


def test_a_deadline_is_a_warning_when_it_no_longer_holds_and_when_it_was_missed() -> None:
    assert warned("yet_to_start", deadline={"at": SOON, "holds": True}) == []
    assert warned("yet_to_start", deadline={"at": SOON, "holds": False}) == [
        "the deadline, 01:51:40, no longer holds"
    ]
    assert warned("completed", deadline={"at": SOON, "holds": False}) == ["missed its deadline, 01:51:40"]
    assert warned("cancelled", deadline={"at": SOON, "holds": False}) == []


def delayed(*statuses: str, **changed: Any) -> list[str]:
    return list(put_off(Ingestion.parse(timetable(*statuses, **changed).ingestion.body), NOW))


def slip(slots: int, seconds: float, cause: str = "ingestion 7, HIGH") -> dict[str, Any]:
    text = f"+{slots} slots at 00:50:40Z: {cause}"
    return {"at": written(START), "slots": slots, "seconds": seconds, "text": text, "cause": cause}


def test_the_last_slip_is_shown_in_local_time_until_the_ingestion_has_ended() -> None:
    slips = [slip(120, 600), slip(1, 5)]
    assert delayed("triggered", slips=slips) == ["put off by 120 slots (10m 00s) at 01:50:40: ingestion 7, HIGH"]
    assert delayed("triggered", slips=slips[1:]) == ["put off by 1 slot (5s) at 01:50:40: ingestion 7, HIGH"]
    assert delayed("completed", slips=slips) == delayed("cancelled", slips=slips) == []


def test_a_slip_without_slots_is_shown_with_its_time() -> None:
    paused = slip(0, 5.3, "an operator's pause")
    assert delayed("triggered", slips=[paused]) == ["put off by 5s at 01:50:40: an operator's pause"]


def test_without_a_cause_the_sentence_of_an_older_service_is_shown() -> None:
    older = {key: value for key, value in slip(2, 10).items() if key != "cause"}
    assert delayed("triggered", slips=[older]) == ["put off: +2 slots at 00:50:40Z: ingestion 7, HIGH"]
