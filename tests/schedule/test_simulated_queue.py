"""The openings of slots for entries that linger, join or wait."""

from dataclasses import replace

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority
from tests.schedule.waiting import THREE_IN_FIVE, snapshot_of, whole, with_later


def ready_at(time: int, sequence: int, count: int, priority: Priority) -> Entry:
    return replace(whole(sequence, count, priority), ready=time)


def test_slots_open_for_what_has_joined_while_more_urgent_ids_linger() -> None:
    lingering = snapshot_of(THREE_IN_FIVE, [ready_at(100, 1, 9, Priority.HIGH)])
    snapshot = with_later(lingering, ready_at(10, 2, 1, Priority.LOW))
    assert [(slot.opens, slot.batches[0].sequence) for slot in snapshot.slots()] == [
        (10, 1),
        (15, 1),
        (20, 1),
        (25, 2),
    ]


def test_a_slot_opens_for_the_first_that_is_ready_in_whatever_block_it_waits() -> None:
    urgent = [ready_at(100, sequence, 1, Priority.HIGH) for sequence in (1, 2)]
    for number in range(3):
        entries = [*urgent[:number], ready_at(50, 7, 1, Priority.MEDIUM), ready_at(100, 8, 1, Priority.LOW)]
        slot = next(snapshot_of(THREE_IN_FIVE, entries, largest=2).slots())
        assert slot.opens == 50
