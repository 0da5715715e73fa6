"""The hash chain that replicas write in turn, and that goes over into another store and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_service.clock import SystemClock
from ingest_service.copying import copy
from ingest_service.reports.audit import AuditReport, AuditReports
from ingest_service.stores.postgres.copying import NO_REPLICA
from ingest_service.stores.postgres.database import PostgresDatabase
from ingest_service.stores.postgres.records import PostgresRecords
from tests.engines.wiring import FINAL, PASSING
from tests.postgres.databases import Databases
from tests.stores.postgres.two_replicas import ReplicaRig, TwoReplicas
from tests.stores.store import Store


@pytest.fixture
def pair(postgres_url: str) -> Iterator[TwoReplicas]:
    with TwoReplicas(postgres_url) as pair:
        yield pair


def audited(replica: ReplicaRig) -> AuditReport:
    return AuditReports(replica.records.ledger, replica.engine).read()


def change(pair: TwoReplicas, statement: str) -> None:
    pair.one.database.write(lambda connection: connection.execute(statement))


def every_end(pair: TwoReplicas) -> None:
    """Let slots end in every way there is: closed, with ids too late, uncalled, lost, and one that is open."""
    cancelled = pair.one.admit(range(1, 5), "HIGH")
    pair.one.open()
    pair.other.engine.cancel(pair.other.progress(cancelled).sequence)
    pair.one.admit(range(5, 17), "LOW")
    pair.other.close(pair.other.open())
    for answers in ((FINAL, PASSING, None), (None, None, None), (PASSING, FINAL, FINAL)):
        slot = pair.one.open()
        pair.one.close(slot, *answers[: len(slot.ids)])
    for _ in range(3):
        pair.other.close(pair.other.open())
    pair.one.open()


def test_replicas_write_one_chain_however_their_slots_end(pair: TwoReplicas) -> None:
    every_end(pair)
    report = audited(pair.one)
    assert report.named == ()
    assert (report.chain.unlinked, report.chain.linked, report.monotonic) == (0, report.slots, False)
    assert report.slots == 9
    assert report.limits[0].most == 3


def test_a_row_that_is_changed_is_seen(pair: TwoReplicas) -> None:
    every_end(pair)
    change(pair, "UPDATE slots SET age = age + 1 WHERE number = 3")
    assert audited(pair.other).chain.first_broken == 3


def test_a_slot_that_an_older_program_opened_is_closed_without_a_link(pair: TwoReplicas) -> None:
    pair.one.admit(range(1, 10))
    slot = pair.one.open()
    change(pair, "UPDATE slots SET link = NULL, calls_hash = NULL")
    assert pair.one.close(slot)
    pair.other.close(pair.other.open())
    report = audited(pair.one)
    assert (report.named, report.chain.unlinked, report.chain.linked) == ((), 1, 1)


def test_a_chain_outlives_the_way_into_another_store_and_back(
    pair: TwoReplicas, postgres_url: str, postgres: Databases, tmp_path: Path
) -> None:
    every_end(pair)
    pair.other.close(pair.other.open())
    before = audited(pair.one).chain
    pair.clock.time += 3600 * 10**9
    file = tmp_path / "copied.db"
    with postgres.fresh() as other_url:
        copy(postgres_url, f"sqlite:///{file}", pair.clock)
        store = Store.in_file(file, SystemClock())
        store.start()
        there = AuditReports(store.records.ledger, pair.one.engine).read()
        store.stop()
        copy(f"sqlite:///{file}", other_url, pair.clock)
        again = PostgresRecords(PostgresDatabase(other_url), NO_REPLICA)
        again.start()
        back = AuditReports(again.ledger, pair.one.engine).read()
        again.stop()
    assert [report.chain for report in (there, back)] == [before, before]
    assert (there.named, back.named) == ((), ())
