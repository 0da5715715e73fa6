from datetime import timedelta

import pytest

from ingestctl.models import Batch, IngestionStatus, Status
from ingestctl.render.summary import brief, ending, flawless, summary
from ingestctl.render.view import IngestionView, untimed
from tests.cli.timetable import START, view, written


def test_batches_and_failed_ids_are_counted_over_all() -> None:
    first, second = view("completed", "cancelled", failed=1), view("completed", "triggered", failed=2)
    assert summary(view("completed")) == "1 of 1 batch completed"
    assert summary(view(*["completed"] * 1203, "triggered")) == "1,203 of 1,204 batches completed"
    assert summary(first) == "1 of 2 batches completed, 1 batch cancelled, 1 id failed"
    assert summary(first, second) == "2 of 4 batches completed, 1 batch cancelled, 3 ids failed"


def test_the_brief_summary_has_few_letters() -> None:
    assert brief(view("completed", "triggered")) == "1/2"
    assert brief(view(*["completed"] * 1203, "cancelled", failed=2)) == "1,203/1,204, 1 cancelled, 2 ids failed"


def test_the_ending_has_the_time_from_the_acceptance() -> None:
    end = written(START + timedelta(seconds=65))
    assert ending([view("completed", "completed", completes_at=end)]) == "2 of 2 batches completed in 1m 05s"
    assert ending([view("completed", "cancelled", completes_at=end)]) == (
        "1 of 2 batches completed in 1m 05s, 1 batch cancelled"
    )


def test_the_ending_of_several_has_the_time_from_the_first_acceptance_to_the_last_result() -> None:
    early = view("completed", completes_at=written(START + timedelta(seconds=5)))
    late = view(
        "completed",
        created_at=written(START + timedelta(seconds=1)),
        completes_at=written(START + timedelta(seconds=12)),
        failed=1,
    )
    assert ending([late, early]) == "2 ingestions: 2 of 2 batches completed in 12s, 1 id failed"


def test_an_unknown_duration_is_left_out() -> None:
    assert ending([view("cancelled", completes_at=None)]) == "0 of 1 batch completed, 1 batch cancelled"
    older = IngestionStatus("an id", Status.COMPLETED, (Batch("a batch", (1,), Status.COMPLETED),))
    assert ending([untimed(older)]) == "1 of 1 batch completed"


@pytest.mark.parametrize(
    ("views", "is_flawless"),
    [
        ([view("completed", "completed")], True),
        ([view("completed"), view("completed")], True),
        ([view("completed"), view("completed", failed=1)], False),
        ([view("completed", "cancelled")], False),
    ],
)
def test_only_a_completed_ingestion_without_failures_is_flawless(
    views: list[IngestionView], is_flawless: bool
) -> None:
    assert flawless(views) == is_flawless
