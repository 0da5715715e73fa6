from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestctl.json_text import JsonObject
from ingestctl.models import Ingestion, PastSlot, QueueDepth, Result, TimedBatch
from tests.cli.timetable import timetable

SLOT = {"number": 7, "opened_at": "2026-11-22T00:50:50.408Z", "closed_at": None, "ids": [1, 2, 3]}


def test_a_time_keeps_its_milliseconds_and_its_zone() -> None:
    slot = PastSlot.parse({**SLOT, "closed_at": "2026-11-22T02:50:51+02:00"})
    assert slot.opened_at == datetime(2026, 11, 22, 0, 50, 50, 408000, UTC)
    assert slot.closed_at == datetime(2026, 11, 22, 0, 50, 51, tzinfo=UTC)
    assert slot.closed_at.utcoffset() == timedelta(hours=2)
    assert PastSlot.parse(SLOT).closed_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "7"},
        {"number": 7.5},
        {"number": True},
        {"number": None},
        {"ids": 1},
        {"ids": ["1"]},
        {"opened_at": None},
        {"opened_at": 1795308650},
        {"opened_at": "2026-11-22T00:50:50"},
        {"closed_at": "soon"},
    ],
)
def test_strings_numbers_and_times_are_not_converted_into_each_other(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Expected|Invalid"):
        PastSlot.parse({**SLOT, **wrong})


@pytest.mark.parametrize("name", SLOT)
def test_a_field_that_is_missing_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match=f"missing required field `{name}`"):
        PastSlot.parse({key: value for key, value in SLOT.items() if key != name})


@pytest.mark.parametrize("body", [[], "text", 7, None])
def test_json_that_is_not_an_object_is_an_error(body: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        PastSlot.parse(body)


def test_a_field_of_a_newer_service_is_kept_in_the_json_alone() -> None:
    body = {**SLOT, "raw": "its own", "color": "green"}
    slot = PastSlot.parse(body)
    assert slot.raw == body
    assert slot == PastSlot.parse(SLOT)
    assert repr(slot) == repr(PastSlot.parse(SLOT))


def test_values_differ_by_their_fields_and_by_their_type() -> None:
    assert PastSlot.parse(SLOT) != PastSlot.parse({**SLOT, "ids": [1]})
    assert PastSlot.parse(SLOT) != QueueDepth(1, 2, 3)


def test_batches_are_counted_by_status_and_the_cancelled_ones_may_be_left_out() -> None:
    counts = Ingestion.parse(timetable("completed", "triggered", "yet_to_start", "yet_to_start").ingestion.body)
    assert counts.batches.by_status() == {"yet_to_start": 2, "triggered": 1, "completed": 1, "cancelled": 0}
    assert counts.batches.total == 4


def test_an_id_has_a_result_or_an_error() -> None:
    assert Result.parse({"id": 1, "result": None}) == Result(1)
    with pytest.raises(ValueError, match="neither a result nor an error"):
        Result.parse({"id": 1})


def test_the_json_of_the_upstream_is_kept_as_it_is() -> None:
    body = {"id": 1, "result": {"raw": [2**80, 1e400, "\ud800"]}}
    assert Result.parse(body).result == body["result"]


def test_a_value_inside_a_page_has_its_own_json() -> None:
    batch = timetable("completed").batches[0]
    assert TimedBatch.parse(batch).raw == batch


def test_a_result_has_the_text_that_the_upstream_wrote() -> None:
    result = Result.parse(JsonObject('{"id": 1, "result": {"a" : 1.50}, "color": "green"}'))
    assert result.text == '{"a" : 1.50}'
    assert result.result == {"a": 1.5}
    assert result.result is result.result, "it is decoded once"
    assert result.raw == {"id": 1, "result": {"a": 1.5}, "color": "green"}
    assert result == Result(1, '{"a" : 1.50}')
    assert repr(result) == """Result(id=1, text='{"a" : 1.50}', error=None, attempts=None, last_status=None)"""


def test_a_failed_id_has_no_result() -> None:
    failed = Result.parse({"id": 1, "error": "HTTP 500", "attempts": 2, "last_status": 500})
    assert (failed.result, failed.error, failed.attempts, failed.last_status) == (None, "HTTP 500", 2, 500)


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 100_000 + "]" * 100_000], ids=["digits", "levels"])
def test_a_result_that_python_cannot_hold_is_an_error_only_when_it_is_read(text: str) -> None:
    result = Result.parse(JsonObject(f'{{"id":1,"result":{text}}}'))
    assert (result.id, result.text, len(result.raw), result.raw["id"]) == (1, text, 2, 1)
    assert "result" in result.raw
    assert text in repr(result)
    with pytest.raises(ValueError, match=r"digits|levels"):
        _ = result.result
    with pytest.raises(ValueError, match=r"digits|levels"):
        _ = result.raw["result"]
