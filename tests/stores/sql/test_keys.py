"""Idempotency keys, in every store."""

from dataclasses import replace
from threading import Thread
from uuid import UUID, uuid4

import pytest

from ingest_service.domain.model import Priority, Submission
from ingest_service.errors import KeyReused
from tests.stores.steps import find, finish, submission_of, submit, waiting
from tests.stores.store import Store

FOR_EVER = 9 * 10**18
REUSED = "my key was sent before with other ids, another priority or another deadline"


def again(submission: Submission) -> Submission:
    """Return the same submission as it comes a second time."""
    return replace(submission, id=uuid4())


def test_a_submission_that_comes_again_with_its_key_is_the_ingestion_it_was(store: Store) -> None:
    first = submission_of([1, 2, 3], deadline=5)
    assert store.add(first, "k") == first.id
    store.restart()
    assert store.add(again(first), "k") == first.id
    assert waiting(store) == store.accepted
    assert len(store.accepted) == 1


def test_a_key_that_comes_again_with_other_content_is_refused_and_nothing_kept(store: Store) -> None:
    store.add(submission_of([1, 2, 3], deadline=5), "my key")
    for other in (
        submission_of([1, 2], deadline=5),
        submission_of([1, 2, 3], Priority.HIGH, deadline=5),
        submission_of([1, 2, 3], deadline=6),
        submission_of([1, 2, 3]),
    ):
        with pytest.raises(KeyReused, match=REUSED):
            store.add(other, "my key")
        with pytest.raises(KeyReused, match=REUSED):
            store.journal.resubmitted(other, "my key")
    assert waiting(store) == store.accepted
    assert len(store.accepted) == 1


def test_a_key_may_be_asked_about(store: Store) -> None:
    first = submission_of([1, 2, 3])
    assert store.journal.resubmitted(first, "k") is None
    store.add(first, "k")
    store.restart()
    assert store.journal.resubmitted(again(first), "k") == first.id
    assert store.journal.resubmitted(first, "another") is None


def test_the_same_submission_without_a_key_or_with_another_one_is_another_ingestion(store: Store) -> None:
    first = submission_of([1])
    for key in ("a", "b", None, None):
        store.add(again(first), key)
    assert len(waiting(store)) == 4


def test_a_change_of_priority_does_not_make_a_key_reused(store: Store) -> None:
    first = submission_of([1], Priority.LOW)
    store.add(first, "k")
    store.journal.reprioritise(store.accepted[0].sequence, Priority.HIGH)
    assert store.add(again(first), "k") == first.id
    with pytest.raises(KeyReused):
        store.add(submission_of([1], Priority.HIGH), "k")
    assert len(store.accepted) == 1


def test_an_old_key_is_removed_and_its_ingestion_is_not(store: Store) -> None:
    entry = submit(store, [1], key="k")
    progress = store.records.progress(entry.ingestion.id)
    assert progress is not None
    created_at = progress.created_at
    assert not store.records.prune(0, created_at, 100)
    while store.records.prune(0, created_at + 1, 100):
        pass
    assert submit(store, [2], key="k").ingestion.id != entry.ingestion.id
    assert find(store, entry).ingestion.id == entry.ingestion.id


def test_a_key_is_removed_with_its_ingestion(store: Store) -> None:
    entry = submit(store, [1], key="k")
    finish(store, 1, entry)
    while store.records.prune(FOR_EVER, 0, 100):
        pass
    assert store.journal.resubmitted(submission_of([1]), "k") is None
    assert submit(store, [2], key="k").ingestion.id != entry.ingestion.id


def test_many_threads_with_one_key_make_one_ingestion(store: Store) -> None:
    first = submission_of(range(1, 10))
    ids: list[UUID] = []
    threads = [Thread(target=lambda: ids.append(store.add(again(first), "k"))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (entry,) = store.accepted
    assert ids == [entry.ingestion.id] * 64
    assert waiting(store) == [entry]
