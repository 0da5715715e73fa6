"""The plain values."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.model import LARGEST_ID, Ingestion, Priority, Status, batch_id
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.domain.progress import Progress

record_ids = st.lists(st.integers(1, LARGEST_ID), min_size=1, max_size=40)
BASE = UUID("01234567-89ab-4def-8123-456789abcdef")


def ingestion(count: int, batch_size: int = 3) -> Ingestion:
    return Ingestion(BASE.int, Priority.LOW, batch_size, count)


@given(record_ids, st.integers(0, 50), st.integers(0, 50))
def test_packed_ids_give_back_every_span_of_what_was_packed(ids: list[int], start: int, length: int) -> None:
    packed = PackedIds.of(ids)
    assert list(packed) == ids
    assert len(packed) == len(ids)
    assert packed.span(start, start + length) == tuple(ids[start : start + length])


def test_packed_ids_take_four_bytes_each_little_endian() -> None:
    assert PackedIds.of([1, LARGEST_ID]).packed == b"\x01\0\0\0\x07\xca\x9a\x3b"


def test_a_batch_id_is_the_ingestions_with_its_last_32_bits_replaced() -> None:
    assert str(batch_id(BASE, 0)) == "01234567-89ab-4def-8123-456700000000"
    assert str(batch_id(BASE, 333_333)) == "01234567-89ab-4def-8123-456700051615"


@pytest.mark.parametrize(("count", "batches"), [(1, 1), (3, 1), (4, 2), (1_000_000, 333_334)])
def test_an_ingestion_is_cut_into_batches_of_three_and_a_rest(count: int, batches: int) -> None:
    assert ingestion(count).batch_count == batches


@pytest.mark.parametrize(
    ("released", "still_open", "status"),
    [
        (0, set[int](), Status.YET_TO_START),
        (1, {0}, Status.TRIGGERED),
        (3, set[int](), Status.TRIGGERED),
        (7, {2}, Status.TRIGGERED),
        (7, {0}, Status.TRIGGERED),
        (7, set[int](), Status.COMPLETED),
    ],
)
def test_an_ingestion_is_triggered_from_its_first_release_until_all_is_done(
    released: int, still_open: set[int], status: Status
) -> None:
    assert Progress(1, ingestion(7), 0, released, frozenset(still_open)).status is status


@given(st.data())
def test_the_runs_cover_every_batch_once_in_order_with_its_status(data: st.DataObject) -> None:
    whole = ingestion(data.draw(st.integers(1, 40)), data.draw(st.integers(1, 4)))
    released = data.draw(st.integers(0, whole.batch_count))
    still_open = data.draw(st.frozensets(st.integers(0, released - 1)) if released else st.just(frozenset[int]()))
    progress = Progress(1, whole, 0, min(released * whole.batch_size, whole.id_count), still_open)
    told = [(number, status) for start, stop, status in progress.runs() for number in range(start, stop)]
    assert told == [(number, progress.status_of(number)) for number in range(whole.batch_count)]
    assert told == [
        (n, "yet_to_start" if n >= released else "triggered" if n in still_open else "completed")
        for n in range(whole.batch_count)
    ]


@pytest.mark.parametrize(
    ("released", "still_open", "done"),
    [
        (0, set[int](), 0),
        (3, {0}, 0),
        (4, {1}, 3),
        (7, {1}, 4),
        (7, {2}, 6),
        (7, {0, 1, 2}, 0),
        (7, set[int](), 7),
    ],
)
def test_the_ids_of_completed_batches_are_done(released: int, still_open: set[int], done: int) -> None:
    assert Progress(1, ingestion(7), 0, released, frozenset(still_open)).done == done
    assert Progress(1, ingestion(7), 0, released, frozenset(still_open), cancelled=True).done == done
