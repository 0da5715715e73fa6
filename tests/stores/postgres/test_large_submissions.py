"""Submissions of many ids, which are written before the gate is taken."""

from collections.abc import Iterator
from threading import Thread

import psycopg
import pytest

from ingest_service.errors import BacklogFull
from tests.engines.places import PostgresPlace
from tests.engines.rig import Rig
from tests.processes.waiting import eventually

LARGE = range(1, 20_001)
ROOM = 25_000


@pytest.fixture
def rig(postgres_url: str) -> Iterator[Rig]:
    with PostgresPlace(postgres_url) as place:
        yield Rig(place, most_ids=ROOM)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def rows(url: str) -> object:
    return ask(url, "SELECT count(*) FROM ingestions")


def test_a_large_submission_is_kept_whole_and_takes_its_turn(rig: Rig) -> None:
    accepted = [rig.admit(ids, "LOW") for ids in ([1, 2], LARGE, [3])]
    sequences = [rig.sequence(one) for one in accepted]
    assert sequences == sorted(sequences) == [entry.sequence for entry in rig.engine.snapshot().waiting]
    assert list(rig.records.ids(sequences[1])) == list(LARGE)
    assert rig.progress(accepted[1]).created_at == rig.clock.wall()


def test_a_large_submission_without_room_leaves_nothing(rig: Rig, postgres_url: str) -> None:
    rig.admit(LARGE)
    with pytest.raises(BacklogFull):
        rig.admit(LARGE)
    assert rows(postgres_url) == 1
    rig.admit(range(1, ROOM - len(LARGE) + 1))


def test_a_large_submission_with_a_key_that_came_before_is_the_one_of_that_time(
    rig: Rig, postgres_url: str
) -> None:
    first, again = (rig.admit(LARGE, key="key") for _ in range(2))
    assert first == again
    assert rows(postgres_url) == 1


def test_a_large_submission_that_is_asked_for_again_is_kept_once(rig: Rig, postgres_url: str) -> None:
    submission = rig.submission(LARGE)
    assert [rig.engine.admit(submission, None) for _ in range(2)] == [submission.id] * 2
    assert rows(postgres_url) == 1


@pytest.mark.slow
def test_the_ids_of_a_large_submission_are_written_before_it_waits_for_the_gate(
    rig: Rig, postgres_url: str
) -> None:
    def written() -> bool:
        size = ask(postgres_url, "SELECT pg_table_size('ingestions')")
        return isinstance(size, int) and size > 4 * len(LARGE)

    with psycopg.connect(postgres_url) as holder:
        holder.execute("SELECT FROM gate FOR UPDATE")
        thread = Thread(target=rig.admit, args=[LARGE])
        thread.start()
        eventually(written)
        assert rows(postgres_url) == 0
    thread.join()
    assert rows(postgres_url) == 1
