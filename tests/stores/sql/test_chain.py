"""The hash chain of the ledger, in every store."""

from collections.abc import Iterator

import pytest

from ingest_service.audit.chain import ChainCheck
from ingest_service.audit.findings import Findings
from ingest_service.domain.audited import AuditedSlot
from ingest_service.domain.ledger import Outcome, Retry
from tests.doubles import VirtualClock
from tests.stores.ledgers import tamper
from tests.stores.steps import close, finish, next_batch, open_next, release, rest_of, submit, waiting
from tests.stores.store import Store


def slots_of(store: Store) -> Iterator[AuditedSlot]:
    """Yield all slots as an audit reads them."""
    after = 0
    while found := store.records.ledger.audit_slots(after, 100).slots:
        yield from found
        after = found[-1].number


def judged(store: Store, noted: bytes | None = None) -> tuple[ChainCheck, list[str]]:
    findings = Findings()
    check = ChainCheck(findings, noted)
    page = store.records.ledger.audit_slots(0, 100)
    removed = list(page.removed)
    for slot in page.slots:
        before = [run for run in removed if run.first < slot.number]
        removed = [run for run in removed if run not in before]
        check.add(slot, before)
    check.end()
    return check, [finding.sentence for finding in findings.named]


@pytest.fixture
def chained(store: Store) -> Store:
    """Five slots: closed ones, one with every fate, and one that a crash left open."""
    entry, other = submit(store, range(1, 10)), submit(store, [20, 21])
    finish(store, 1, entry)
    close(store, open_next(store, 4, other), [Outcome(20, "{}"), Retry(1, 50, 70)])
    open_next(store, 5, submit(store, [30]))
    store.restart()
    return store


def test_every_slot_has_a_link_that_follows_from_the_one_before_it(chained: Store) -> None:
    check, sentences = judged(chained)
    assert sentences == []
    assert (check.linked, check.unlinked, check.first_broken) == (5, 0, None)
    links = [slot.link for slot in slots_of(chained)]
    assert len({*links}) == 5
    assert (check.first, check.last) == (links[0], links[-1])


def test_a_slot_after_a_crash_follows_the_one_that_was_never_closed(chained: Store) -> None:
    for number, entry in enumerate(waiting(chained), 6):
        release(chained, number, next_batch(entry))
    check, sentences = judged(chained)
    assert sentences == []
    assert check.linked > 5


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE slots SET opened_at = opened_at + 1 WHERE number = 2",
        "UPDATE slots SET closed_at = closed_at + 1 WHERE number = 2",
        "UPDATE slots SET lag = 77 WHERE number = 2",
        "UPDATE slots SET fates = 'ddf' WHERE number = 2",
        "UPDATE slots SET replica = 'other' WHERE number = 2",
        "UPDATE slots SET closed_at = NULL WHERE number = 2",
        "UPDATE calls SET record_id = 99 WHERE slot = 2 AND place = 0",
        "DELETE FROM calls WHERE slot = 2 AND place = 1",
        "UPDATE calls SET place = 1 - place WHERE slot = 2 AND place < 2",
    ],
)
def test_a_row_that_is_changed_names_its_slot(chained: Store, change: str) -> None:
    tamper(chained, change)
    check, sentences = judged(chained)
    assert check.first_broken == 2
    assert "slot 2" in sentences[0]


def test_a_row_that_is_missing_names_the_slots_around_it(chained: Store) -> None:
    tamper(chained, "DELETE FROM slots WHERE number = 3")
    check, sentences = judged(chained)
    assert check.first_broken == 4
    assert sentences[0].startswith("slot 4 does not follow slot 2")
    assert [number for number, _ in chained.records.ledger.audit_slots(0, 100).homeless] == [3]


def test_rows_that_change_places_are_seen(chained: Store) -> None:
    for one, other in ((2, 1000), (3, 2), (1000, 3)):
        tamper(chained, f"UPDATE slots SET number = {other} WHERE number = {one}")
        tamper(chained, f"UPDATE calls SET slot = {other} WHERE slot = {one}")
    check, _ = judged(chained)
    assert check.first_broken == 2


def test_a_slot_of_an_older_program_has_no_link_and_the_chain_begins_behind_it(chained: Store) -> None:
    tamper(chained, "UPDATE slots SET link = NULL, calls_hash = NULL")
    release(chained, 6, next_batch(submit(chained, [40])))
    release(chained, 7, next_batch(submit(chained, [41])))
    check, sentences = judged(chained)
    assert sentences == []
    assert (check.linked, check.unlinked) == (2, 5)


def test_a_link_that_was_noted_is_found_in_the_chain_or_missed(chained: Store) -> None:
    noted = judged(chained)[0].last
    assert noted is not None
    release(chained, 6, next_batch(submit(chained, [40])))
    assert judged(chained, noted)[1] == []
    assert judged(chained, b"other")[1] == [f"the noted hash {b'other'.hex()} is not in the chain"]


def test_a_link_that_was_noted_while_its_slot_was_open_is_found_after_the_slot_has_ended(store: Store) -> None:
    release(store, 1, next_batch(submit(store, [40])))
    slot = open_next(store, 2, submit(store, [41]))
    noted = judged(store)[0].last
    close(store, slot, [Outcome(41, "{}")])
    check, sentences = judged(store, noted)
    assert sentences == []
    assert check.last != noted
    tamper(store, "UPDATE slots SET opened_at = opened_at + 1 WHERE number = 2")
    assert len(judged(store, noted)[1]) == 2


def test_history_that_is_removed_leaves_its_links(store: Store, clock: VirtualClock) -> None:
    early, late = submit(store, range(1, 10)), submit(store, range(20, 26))
    open_next(store, 1, late)
    finish(store, 2, early)
    release(store, 5, next_batch(rest_of(late)))
    links = [slot.link for slot in slots_of(store)]
    clock.time += 1000
    while store.records.prune(clock.wall(), 0, 1):
        pass
    page = store.records.ledger.audit_slots(0, 100)
    assert [slot.number for slot in page.slots] == [1, 5]
    assert [tuple(run) for run in page.removed] == [(2, 4, links[0], links[3])]
    check, sentences = judged(store)
    assert sentences == []
    assert check.last == links[-1]


@pytest.mark.parametrize("most", [1, 2, 100])
def test_runs_that_come_to_touch_are_one(store: Store, clock: VirtualClock, most: int) -> None:
    first, middle, last = submit(store, [1, 2, 3]), submit(store, [4, 5, 6]), submit(store, [7, 8, 9])
    other = submit(store, range(10, 16))
    release(store, 1, next_batch(first))
    open_next(store, 2, middle)
    release(store, 3, next_batch(last))
    open_next(store, 4, other)
    clock.time += 1000
    while store.records.prune(clock.wall(), 0, most):
        pass
    assert [run[:2] for run in store.records.ledger.audit_slots(0, 100).removed] == [(1, 1), (3, 3)]
    store.restart()
    release(store, 5, next_batch(next(entry for entry in waiting(store) if entry.sequence == middle.sequence)))
    clock.time += 1000
    while store.records.prune(clock.wall(), 0, most):
        pass
    assert [run[:2] for run in store.records.ledger.audit_slots(0, 100).removed] == [(1, 3)]
    assert judged(store)[1] == []


def test_a_row_that_is_missing_beside_removed_history_is_seen(store: Store, clock: VirtualClock) -> None:
    early, late = submit(store, range(1, 7)), submit(store, range(20, 29))
    open_next(store, 1, late)
    finish(store, 2, early)
    release(store, 4, next_batch(rest_of(late)))
    release(store, 5, next_batch(rest_of(rest_of(late))))
    clock.time += 1000
    while store.records.prune(clock.wall(), 0, 100):
        pass
    assert judged(store)[1] == []
    tamper(store, "DELETE FROM slots WHERE number = 4")
    assert judged(store)[0].first_broken == 5


def test_a_slot_that_lost_some_calls_to_pruning_still_proves_its_row(store: Store, clock: VirtualClock) -> None:
    done, begun = submit(store, [1]), submit(store, [2, 3, 4, 5])
    release(store, 1, next_batch(done), begun.split(2)[0])
    release(store, 2, begun.split(2)[0])
    clock.time += 1000
    while store.records.prune(clock.wall(), 0, 100):
        pass
    (first, _) = slots_of(store)
    assert (first.is_thinned, len(first.calls)) == (True, 2)
    assert judged(store)[1] == []
    tamper(store, "UPDATE slots SET opened_at = 5 WHERE number = 1")
    assert judged(store)[0].first_broken == 1
