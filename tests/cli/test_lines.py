from itertools import pairwise

from cli.errors import UnreachableError
from cli.ingestion import Batch, IngestionStatus, Status
from cli.lines import changes, summary
from cli.watch import Sight


def sight(*statuses: str, away: UnreachableError | None = None) -> Sight[IngestionStatus]:
    batches = tuple(Batch(f"batch-{n}", (n, n + 1), Status(status)) for n, status in enumerate(statuses, 1))
    return Sight(IngestionStatus("an id", Status.TRIGGERED, batches), away)


def test_every_change_is_one_line() -> None:
    past: list[Sight[IngestionStatus] | None] = [
        None,
        sight("yet_to_start", "yet_to_start"),
        sight("triggered", "yet_to_start"),
        sight("triggered", "yet_to_start"),
        sight("completed", "triggered"),
    ]
    lines = [list(changes(before, after)) for before, after in pairwise(past) if after]
    assert lines == [
        [],
        ["batch 1  [1, 2]  triggered"],
        [],
        ["batch 1  [1, 2]  completed", "batch 2  [2, 3]  triggered"],
    ]


def test_who_comes_late_is_told_what_happened_before() -> None:
    assert list(changes(None, sight("completed", "triggered", "yet_to_start"))) == [
        "batch 1  [1, 2]  completed",
        "batch 2  [2, 3]  triggered",
    ]


def test_a_service_that_goes_away_is_told_once() -> None:
    here, away = sight("triggered"), sight("triggered", away=UnreachableError("Nobody there."))
    assert list(changes(here, away)) == ["reconnecting: Nobody there."]
    assert list(changes(away, away)) == []
    assert list(changes(away, here)) == []


def test_the_summary_counts_the_batches() -> None:
    status = sight(*["completed"] * 1203, "triggered").seen
    assert summary(status) == "1,203 of 1,204 batches completed"
