"""Ordered entries behave like a sorted list, and a change leaves the older collection as it was."""

from bisect import insort_left
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.entry import Entry, Place
from ingest_service.domain.model import Ingestion, Priority
from ingest_service.domain.ordered_entries import LARGEST_BLOCK, OrderedEntries, WaitingEntries

# One number for each entry that there may be: its priority, its sequence, its first position.
NUMBERS = 3 * 300 * 3
INGESTIONS = [Ingestion(1, priority, 3, 9) for priority in Priority]


def entry(number: int) -> Entry:
    place, part = divmod(number, 3)
    priority, sequence = divmod(place, 300)
    positions = range(part * 3, part * 3 + 3)
    return Entry.of(sequence, INGESTIONS[priority], positions, ready=number * 7919 % 1000)


# The entries of a collection: none, a few, or many of all that there may be, so that several blocks are full.
numbers = st.sets(st.integers(0, NUMBERS - 1), max_size=9) | st.builds(
    lambda step, first: set(range(first, NUMBERS, step)), st.integers(1, 40), st.integers(0, 99)
)
changes = st.lists(st.tuples(st.booleans(), st.integers(0, NUMBERS - 1)), max_size=60)
places = st.builds(lambda number: entry(number).place, st.integers(0, NUMBERS - 1))


def check(ordered: OrderedEntries, expected: list[Entry]) -> None:
    """Check that these very entries are in it, in this order, and that its blocks are well made."""
    found = list(ordered)
    assert len(found) == len(ordered) == len(expected)
    assert all(one is other for one, other in zip(found, expected, strict=True))
    assert bool(ordered) == bool(expected)
    sizes = [len(block.entries) for block in ordered.blocks]
    assert all(0 < size <= LARGEST_BLOCK for size in sizes)
    assert [block.last for block in ordered.blocks] == [block.entries[-1] for block in ordered.blocks]
    assert ordered.first_ready == min((one.ready for one in expected), default=None)
    assert ordered.last_ready == max((one.ready for one in expected), default=0)


def changed(ordered: OrderedEntries, expected: list[Entry], add: bool, number: int) -> OrderedEntries:
    """Add an entry, or remove the one that this number leads to; `expected` follows."""
    if add and entry(number) not in expected:
        new = entry(number)
        insort_left(expected, new)
        return ordered.with_entry(new)
    if expected:
        return ordered.without(expected.pop(number % len(expected)))
    return ordered


@given(numbers)
def test_entries_are_put_into_order(chosen: set[int]) -> None:
    entries = [entry(number) for number in chosen]
    check(OrderedEntries.of(reversed(entries)), sorted(entries))


@given(numbers, changes)
def test_changes_agree_with_a_sorted_list_and_leave_the_older_collections_unchanged(
    chosen: set[int], wanted: list[tuple[bool, int]]
) -> None:
    expected = sorted(entry(number) for number in chosen)
    ordered = OrderedEntries.of(expected)
    older: list[tuple[OrderedEntries, list[Entry]]] = []
    for add, number in wanted:
        older.append((ordered, list(expected)))
        ordered = changed(ordered, expected, add, number)
        check(ordered, expected)
    for before, held in older:
        check(before, held)


def alternating(count: int) -> Iterator[int]:
    """Yield numbers that meet in the middle."""
    for number in range(count // 2):
        yield number
        yield count - 1 - number


@pytest.mark.parametrize(
    "order", [range(NUMBERS), range(NUMBERS)[::-1], [*alternating(NUMBERS)]], ids=["up", "down", "inwards"]
)
def test_blocks_are_split_when_they_are_full_and_vanish_when_they_are_empty(order: Iterable[int]) -> None:
    entries = {number: entry(number) for number in order}
    ordered = OrderedEntries()
    for one in entries.values():
        ordered = ordered.with_entry(one)
        assert all(0 < len(block.entries) <= LARGEST_BLOCK for block in ordered.blocks)
    check(ordered, sorted(entries.values()))
    assert len(ordered.blocks) <= 2 * NUMBERS / LARGEST_BLOCK + 1
    for one in entries.values():
        ordered = ordered.without(one)
        assert all(0 < len(block.entries) <= LARGEST_BLOCK for block in ordered.blocks)
    check(ordered, [])
    assert ordered.blocks == ()


@given(numbers, st.integers(0, NUMBERS - 1))
def test_a_change_shares_all_but_one_block(chosen: set[int], number: int) -> None:
    before = OrderedEntries.of(entry(one) for one in chosen - {number})
    after = before.with_entry(entry(number))
    shared = {id(block) for block in before.blocks} & {id(block) for block in after.blocks}
    assert len(shared) >= len(before.blocks) - 1


@given(numbers, st.integers(0, NUMBERS - 1))
def test_an_entry_is_held_by_its_identity_and_not_by_equality(chosen: set[int], number: int) -> None:
    held, twin = entry(number), entry(number)
    others = OrderedEntries.of(entry(one) for one in chosen - {number})
    ordered = others.with_entry(held)
    assert held == twin
    assert ordered.holds(held)
    assert not ordered.holds(twin)
    assert not others.holds(held)
    assert not ordered.without(held).holds(held)
    assert all(ordered.holds(one) for one in ordered)


@given(numbers, places)
def test_the_entries_around_a_place_are_those_of_a_sorted_list(chosen: set[int], place: Place) -> None:
    expected = sorted(entry(number) for number in chosen)
    ordered = OrderedEntries.of(expected)
    blocks, part = ordered.before(place)
    before = [one for block in blocks for one in block.entries] + list(part)
    assert before == [one for one in expected if one.place < place]
    assert list(ordered.starting_at(place)) == [one for one in expected if one.place >= place]
    assert ordered.of_ingestion(place) == [one for one in expected if one.place == place]


def test_the_entries_of_an_ingestion_are_found_across_two_blocks() -> None:
    entries = [entry(number) for number in range(NUMBERS)]
    ordered = OrderedEntries.of(entries)
    ends = [block.last.place for block in ordered.blocks]
    assert len(ends) > 9
    for place in ends:
        assert ordered.of_ingestion(place) == [one for one in entries if one.place == place]
        assert next(ordered.starting_at(place)).first == 0


def test_everything_that_waits_is_what_may_be_taken_now_and_then_what_may_be_taken_later() -> None:
    now, later = OrderedEntries.of([entry(5), entry(2)]), OrderedEntries.of([entry(3)])
    assert list(WaitingEntries(now, later)) == [entry(2), entry(5), entry(3)]
