import pytest

from ingestctl.client import Client
from ingestctl.errors import RefusedError
from ingestctl.watch.schedule import watch_schedule
from tests.cli.stand_in import HANG_UP, Answer, StandIn, refusal
from tests.cli.timetable import START, written


def answered(*record_ids: int) -> Answer:
    """A slot of each id, which should have opened already."""
    slots = [
        {
            "opens_at": written(START),
            "ids": [record_id],
            "batches": [
                {"batch_id": f"batch-{record_id}", "ingestion_id": "an-id", "priority": "LOW", "ids": [record_id]}
            ],
        }
        for record_id in record_ids
    ]
    return Answer(body={"slots": slots})


@pytest.mark.slow
def test_the_board_is_printed_again_after_a_change_where_there_is_no_terminal(
    client: Client, service: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answers(answered(1, 2), answered(1, 2), HANG_UP, HANG_UP, answered(2), refusal(400, "That is the end"))
    with pytest.raises(RefusedError):
        watch_schedule(client, 7)
    out, err = capsys.readouterr()
    assert [row.split()[-3] for row in out.splitlines() if "an-id" in row] == ["1", "2", "2"]
    assert err.count("Reconnecting: Cannot reach the ingest service") == err.count("\n") == 1
    assert set(service.paths()) == {"/schedule?slots=7"}
