"""Submissions that are asked for again while the database is away, and what their senders read in the end."""

from collections.abc import Sequence
from itertools import chain, repeat

import pytest

from benchmarks.ports import HOST, free_port
from ingest_service.clock import NANOSECONDS
from ingest_service.errors import NOT_CERTAIN, CommitNotCertain, StoreError, StoreStopped
from ingest_service.stores.postgres.admissions import BETWEEN_TRIES, PATIENCE, Admissions
from ingest_service.stores.postgres.admitting import Answer, Request, admit_group
from tests.doubles import VirtualClock
from tests.engines.rig import submission_of
from tests.stores.postgres.gates import gate_to

AWAY = StoreError("the database cannot be reached: connection refused")
DOUBT = CommitNotCertain("the database could not be written: server closed the connection unexpectedly")


def request() -> Request:
    return Request(submission_of([1]), None)


class Desk:
    """Admissions over a database that fails with the errors of a list, and then accepts everything."""

    def __init__(self, errors: Sequence[StoreError], last: StoreError | None = None) -> None:
        self.clock = VirtualClock()
        self.groups: list[int] = []
        self._errors = chain(errors, repeat(last))
        self.admissions = Admissions(self._admit, self.clock, lambda group, _: self.groups.append(group))

    def _admit(self, requests: Sequence[Request]) -> Sequence[Answer]:
        if (error := next(self._errors)) is not None:
            raise error
        return [one.submission.id for one in requests]


def test_a_submission_waits_for_a_database_that_comes_back() -> None:
    desk, one = Desk([AWAY] * 50), request()
    began = desk.clock.now()
    assert desk.admissions.ask(one) == one.submission.id
    assert desk.clock.now() - began == 50 * BETWEEN_TRIES
    assert desk.groups == [1]


def test_a_database_that_stays_away_is_not_said_to_keep_what_it_never_got() -> None:
    desk = Desk([], AWAY)
    began = desk.clock.now()
    with pytest.raises(StoreError) as caught:
        desk.admissions.ask(request())
    assert caught.value is AWAY
    assert desk.clock.now() - began == PATIENCE == 10 * NANOSECONDS


def test_a_commit_without_an_answer_is_what_the_sender_reads_of_even_if_the_database_is_away_afterwards() -> None:
    with pytest.raises(StoreError) as caught:
        Desk([AWAY, DOUBT], AWAY).admissions.ask(request())
    assert caught.value is DOUBT
    assert str(DOUBT).endswith(NOT_CERTAIN)


def test_a_store_that_was_stopped_is_not_waited_for() -> None:
    desk = Desk([StoreStopped()])
    with pytest.raises(StoreStopped):
        desk.admissions.ask(request())


def test_a_server_that_does_not_listen_is_named_in_the_sentence() -> None:
    url = f"postgresql://ingest:s3cret@{HOST}:{free_port()}/ingest"
    with gate_to(url) as gate:
        admissions = Admissions(lambda group: admit_group(gate, group, 9), VirtualClock(), lambda *_: None)
        with pytest.raises(StoreError, match=r"^the database cannot be reached: .*Connection refused") as caught:
            admissions.ask(request())
    assert "s3cret" not in str(caught.value)


def test_an_unexpected_error_reaches_all_that_were_asked_together_and_the_next_are_answered() -> None:
    desk, errors = Desk([]), [ValueError("odd")]

    def admit(requests: Sequence[Request]) -> Sequence[Answer]:
        if errors:
            raise errors.pop()
        return [one.submission.id for one in requests]

    admissions = Admissions(admit, desk.clock, lambda *_: None)
    with pytest.raises(ValueError, match="odd"):
        admissions.ask(request())
    one = request()
    assert admissions.ask(one) == one.submission.id
