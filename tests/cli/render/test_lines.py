import json
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from ingestctl.models import Batch, IngestionStatus, Status
from ingestctl.render.lines import changes, ended_ids, last_states, states, summaries
from ingestctl.render.snapshot import Snapshot
from ingestctl.render.view import IngestionView, untimed
from tests.cli.stand_in import INGESTION_ID
from tests.cli.timetable import timetable, view

OTHER_ID = "99999999-8d0e-4d2b-9f5e-6a1b5c0d9e42"

Lines = Callable[[Snapshot[IngestionView] | None, Snapshot[IngestionView]], Iterator[str]]


def lines(function: Lines, *past: Snapshot[IngestionView] | IngestionView) -> list[list[str]]:
    """Return the lines of each snapshot, one after the other."""
    snapshots = [None, *(one if isinstance(one, Snapshot) else Snapshot((one,)) for one in past)]
    return [list(function(before, after)) for before, after in pairwise(snapshots) if after]


def both(first: IngestionView, second: IngestionView) -> Snapshot[IngestionView]:
    return Snapshot((first, second))


def other(*statuses: str) -> IngestionView:
    return view(*statuses, ingestion_id=OTHER_ID)


def test_every_change_of_a_batch_is_one_line() -> None:
    assert lines(
        changes,
        view("yet_to_start", "yet_to_start"),
        view("triggered", "yet_to_start"),
        view("triggered", "yet_to_start"),
        view("completed", "triggered"),
    ) == [
        [],
        ["batch 1  [1, 2, 3]  triggered"],
        [],
        ["batch 1  [1, 2, 3]  completed", "batch 2  [4, 5, 6]  triggered"],
    ]


def test_the_first_lines_have_all_batches_that_were_released_before() -> None:
    assert lines(changes, view("completed", "triggered", "yet_to_start")) == [
        ["batch 1  [1, 2, 3]  completed", "batch 2  [4, 5, 6]  triggered"]
    ]


def test_batches_that_are_cancelled_are_one_line_together() -> None:
    assert lines(
        changes,
        view("triggered", "yet_to_start", "yet_to_start"),
        view("triggered", "cancelled", "cancelled"),
        view("completed", "cancelled", "cancelled"),
    )[1:] == [["batches 2 to 3  cancelled"], ["batch 1  [1, 2, 3]  completed"]]
    assert lines(changes, view("completed", "cancelled"))[0][1] == "batch 2  cancelled"


def test_lines_of_several_ingestions_begin_with_their_ids() -> None:
    waits = view("yet_to_start")
    assert lines(
        changes,
        both(waits, other("triggered")),
        both(view("triggered"), other("triggered")),
        both(view("cancelled"), other("completed")),
    ) == [
        [f"{OTHER_ID}  batch 1  [1, 2, 3]  triggered"],
        [f"{INGESTION_ID}  batch 1  [1, 2, 3]  triggered"],
        [f"{INGESTION_ID}  batch 1  cancelled", f"{OTHER_ID}  batch 1  [1, 2, 3]  completed"],
    ]


def test_an_older_service_gives_the_same_lines() -> None:
    def older(*statuses: str) -> IngestionView:
        batches = tuple(Batch(f"batch-{n}", (n, n + 1), Status(status)) for n, status in enumerate(statuses, 1))
        return untimed(IngestionStatus("an id", Status.TRIGGERED, batches))

    assert lines(changes, older("triggered", "yet_to_start"), older("completed", "triggered"))[1] == [
        "batch 1  [1, 2]  completed",
        "batch 2  [2, 3]  triggered",
    ]
    assert json.loads(lines(states, older("triggered"))[0][0]) == {
        "ingestion_id": "an id",
        "status": "triggered",
        "batches": {"triggered": 1},
        "changed": [{"batch_id": "batch-1", "number": 0, "ids": [1, 2], "status": "triggered"}],
    }


def test_a_summary_is_a_line_when_it_has_changed() -> None:
    assert lines(
        summaries,
        view("yet_to_start", "yet_to_start"),
        view("triggered", "yet_to_start"),
        view("completed", "cancelled", failed=1),
    ) == [
        ["0 of 2 batches completed"],
        [],
        ["1 of 2 batches completed, 1 batch cancelled, 1 id failed"],
    ]


def test_a_state_is_the_services_json_and_the_batches_that_changed() -> None:
    before, after = view("triggered", "yet_to_start"), view("completed", "triggered")
    first, unchanged, last = lines(states, before, before, after)
    assert unchanged == []
    body = json.loads(first[0])
    changed = body.pop("changed")
    assert body == timetable("triggered", "yet_to_start").ingestion.body
    assert changed == [timetable("triggered").batches[0]]
    assert [batch["status"] for batch in json.loads(last[0])["changed"]] == ["completed", "triggered"]


def test_a_state_is_a_line_when_only_its_times_have_changed() -> None:
    _, later = lines(states, view("yet_to_start", position=4), view("yet_to_start", position=3))
    assert (json.loads(later[0])["position"], json.loads(later[0])["changed"]) == (3, [])


def test_the_last_state_of_one_ingestion_is_the_services_json() -> None:
    (last,) = last_states(Snapshot((view("completed"),)))
    assert json.loads(last) == timetable("completed").ingestion.body


def test_the_last_states_of_several_ingestions_are_one_array() -> None:
    (last,) = last_states(both(view("completed"), other("triggered")))
    assert [(body["ingestion_id"], body["status"]) for body in json.loads(last)] == [
        (INGESTION_ID, "completed"),
        (OTHER_ID, "triggered"),
    ]


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_an_id_is_a_line_when_its_ingestion_has_ended(status: str) -> None:
    running = view("triggered")
    assert lines(
        ended_ids, both(running, other("triggered")), both(running, other(status)), both(running, other(status))
    ) == [
        [],
        [OTHER_ID],
        [],
    ]
