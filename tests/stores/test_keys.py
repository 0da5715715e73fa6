"""Idempotency keys, in every store."""

from dataclasses import replace
from threading import Thread
from uuid import UUID, uuid4

import pytest
from ingest_service.ports.store import Store

from ingest_service.domain.entry import Entry
from ingest_service.domain.model import Priority, Submission
from ingest_service.errors import KeyReused
from tests.stores.steps import find, finish, restart, submission_of, submit, waiting

FOR_EVER = 9 * 10**18
REUSED = "my key was sent before with other ids, another priority or another deadline"


def again(submission: Submission) -> Submission:
    """Return the same submission as it comes a second time."""
    return replace(submission, id=uuid4())


def test_a_submission_that_comes_again_with_its_key_is_the_ingestion_it_was(store: Store) -> None:
    first = submission_of([1, 2, 3], deadline=5)
    entries: list[Entry] = []
    assert store.add(first, entries.append, "k") == first.id
    restart(store)
    assert store.add(again(first), entries.append, "k") == first.id
    assert waiting(store) == entries
    assert len(entries) == 1


def test_a_key_that_comes_again_with_other_content_is_refused_and_nothing_kept(store: Store) -> None:
    entries: list[Entry] = []
    store.add(submission_of([1, 2, 3], deadline=5), entries.append, "my key")
    for other in (
        submission_of([1, 2], deadline=5),
        submission_of([1, 2, 3], Priority.HIGH, deadline=5),
        submission_of([1, 2, 3], deadline=6),
        submission_of([1, 2, 3]),
    ):
        with pytest.raises(KeyReused, match=REUSED):
            store.add(other, entries.append, "my key")
        with pytest.raises(KeyReused, match=REUSED):
            store.resubmitted(other, "my key")
    assert waiting(store) == entries
    assert len(entries) == 1


def test_a_key_may_be_asked_about(store: Store) -> None:
    first = submission_of([1, 2, 3])
    assert store.resubmitted(first, "k") is None
    store.add(first, lambda _: None, "k")
    restart(store)
    assert store.resubmitted(again(first), "k") == first.id
    assert store.resubmitted(first, "another") is None


def test_the_same_submission_without_a_key_or_with_another_one_is_another_ingestion(store: Store) -> None:
    first = submission_of([1])
    for key in ("a", "b", None, None):
        store.add(again(first), lambda _: None, key)
    assert len(waiting(store)) == 4


def test_a_change_of_priority_does_not_make_a_key_reused(store: Store) -> None:
    first = submission_of([1], Priority.LOW)
    entries: list[Entry] = []
    store.add(first, entries.append, "k")
    store.reprioritise(entries[0].sequence, Priority.HIGH)
    assert store.add(again(first), entries.append, "k") == first.id
    with pytest.raises(KeyReused):
        store.add(submission_of([1], Priority.HIGH), entries.append, "k")
    assert len(entries) == 1


def test_an_old_key_is_forgotten_and_its_ingestion_is_not(store: Store) -> None:
    entry = submit(store, [1], key="k")
    created_at = entry.ingestion.created_at
    assert not store.prune(0, created_at, 100)
    while store.prune(0, created_at + 1, 100):
        pass
    assert submit(store, [2], key="k").ingestion.id != entry.ingestion.id
    assert find(store, entry).ingestion.id == entry.ingestion.id


def test_a_key_is_forgotten_with_its_ingestion(store: Store) -> None:
    entry = submit(store, [1], key="k")
    finish(store, 1, entry)
    while store.prune(FOR_EVER, 0, 100):
        pass
    assert store.resubmitted(submission_of([1]), "k") is None
    assert submit(store, [2], key="k").ingestion.id != entry.ingestion.id


def test_many_threads_with_one_key_make_one_ingestion(store: Store) -> None:
    first = submission_of(range(1, 10))
    entries: list[Entry] = []
    ids: list[UUID] = []
    threads = [Thread(target=lambda: ids.append(store.add(again(first), entries.append, "k"))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (entry,) = entries
    assert ids == [entry.ingestion.id] * 64
    assert waiting(store) == [entry]
