"""The calls of a slot run at the same time."""

from threading import Barrier

from ingest_service.dispatch.fan_out import in_threads
from ingest_service.domain.ledger import Answer, Call


def test_calls_run_side_by_side_and_come_back_in_order() -> None:
    together = Barrier(3, timeout=60)

    def call(record_id: int) -> Call:
        together.wait()
        return Call(record_id, Answer())

    assert [made.started for made in in_threads(call, [3, 1, 3])] == [3, 1, 3]
