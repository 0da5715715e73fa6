"""Submissions that share a transaction: accepted in one round trip if all are new, else judged one by one."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from ingest_service.clock import SystemClock
from ingest_service.domain.model import Priority, Submission
from ingest_service.domain.packed_ids import PackedIds
from ingest_service.errors import CommitNotCertain, KeyReused, StoreError
from ingest_service.stores.postgres.admitting import NoRoom, Request, admit_group
from ingest_service.stores.postgres.connections import connect
from ingest_service.stores.postgres.gate import Gate
from ingest_service.stores.sql.keys import Key

ROOM = 12


@pytest.fixture
def gate(postgres_url: str) -> Iterator[Gate]:
    gate = Gate(lambda: connect(postgres_url), SystemClock(), lambda _: None)
    yield gate
    gate.close()


def request(*ids: int, key: str | None = None) -> Request:
    submission = Submission(uuid4(), Priority.MEDIUM, 3, PackedIds.of(ids))
    return Request(submission, None if key is None else Key.of(key, submission))


def kept(url: str) -> list[tuple[bytes, int]]:
    """Return the ids of the ingestions in their order, each with the ids that wait with it and before it."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT id, pending FROM ingestions JOIN changes USING (sequence) ORDER BY sequence, version"
        ).fetchall()


def totals(*requests: Request) -> list[tuple[bytes, int]]:
    sizes = [len(one.submission.ids) for one in requests]
    return [(one.submission.id.bytes, sum(sizes[: n + 1])) for n, one in enumerate(requests)]


def test_new_submissions_are_kept_in_their_order_behind_those_of_before(gate: Gate, postgres_url: str) -> None:
    first, second, third = request(1, 2), request(3, key="one"), request(4, 5, 6, key="two")
    assert admit_group(gate, [first], ROOM) == [first.submission.id]
    assert admit_group(gate, [second, third], ROOM) == [second.submission.id, third.submission.id]
    assert kept(postgres_url) == totals(first, second, third)


def test_a_group_with_one_that_is_known_already_keeps_the_others(gate: Gate, postgres_url: str) -> None:
    first, new = request(1, 2), request(3)
    admit_group(gate, [first], ROOM)
    assert admit_group(gate, [new, first], ROOM) == [new.submission.id, first.submission.id]
    assert kept(postgres_url) == totals(first, new)


def test_a_group_without_room_for_all_keeps_those_that_fit(gate: Gate, postgres_url: str) -> None:
    large, small = request(*range(1, ROOM + 1)), request(1)
    assert admit_group(gate, [small, large], ROOM) == [small.submission.id, NoRoom(1)]
    assert admit_group(gate, [request(*range(1, ROOM))], ROOM) != [NoRoom(1)]
    assert len(kept(postgres_url)) == 2


def test_keys_are_judged_within_a_group_and_against_those_of_before(gate: Gate, postgres_url: str) -> None:
    first, same, other = request(1, key="one"), request(1, key="one"), request(2, key="one")
    answers = admit_group(gate, [first, same, other], ROOM)
    assert answers[:2] == [first.submission.id] * 2
    assert isinstance(answers[2], KeyReused)
    new = request(3, key="two")
    assert admit_group(gate, [same, new], ROOM) == [first.submission.id, new.submission.id]
    assert kept(postgres_url) == totals(first, new)


def write_after_its_end(gate: Gate, url: str) -> None:
    """Write through a connection that the server has ended."""
    with gate.transaction() as transaction, transaction.writing() as writing:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE application_name = 'ingest-service'"
            )
        writing.execute("SELECT 1").fetchone()


def test_what_met_the_end_of_its_connection_before_it_asked_for_a_commit_is_not_kept(
    gate: Gate, postgres_url: str
) -> None:
    with pytest.raises(StoreError) as caught:
        write_after_its_end(gate, postgres_url)
    assert not isinstance(caught.value, CommitNotCertain)
