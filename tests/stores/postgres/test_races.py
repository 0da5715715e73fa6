"""Many threads on several replicas at once: bounds are exact, a key stands for one ingestion, the rate is one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from threading import Event, Lock, Thread
from uuid import UUID

import pytest

from ingest_service.errors import BacklogFull
from ingest_service.reports.reports import Reports
from ingest_service.stores.postgres.connections import Session, connect
from tests.engines.rig import submission_of
from tests.laws import most_starts_in_a_span
from tests.postgres.sessions import Sessions
from tests.processes.waiting import eventually
from tests.stores.postgres.crew import GRANT, GUARD, INTERVAL, MILLISECOND, RATE, TIMEOUT, Crew, at_work, slower
from tests.stores.postgres.gates import execute

pytestmark = pytest.mark.slow

THREADS = 64
ROOM = 25


@contextmanager
def open_to_all(crew: Crew) -> Iterator[Crew]:
    """Let the replicas accept submissions; none opens a slot."""
    for member in crew.members:
        member.records.start()
        member.engine.start()
    try:
        yield crew
    finally:
        for member in crew.members:
            member.records.stop()


def all_at_once(act: Callable[[int], None]) -> None:
    """Let as many threads do it at the same moment; each gets its number."""
    go = Event()

    def run(number: int) -> None:
        go.wait()
        act(number)

    threads = [Thread(target=run, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_the_last_places_of_the_backlog_are_given_once_each(postgres_url: str) -> None:
    lock, accepted, refused = Lock(), [0], [0]
    with open_to_all(Crew(postgres_url, most_ids=ROOM)) as crew:

        def ask(number: int) -> None:
            try:
                crew.members[number % 3].engine.admit(submission_of([number + 1]), None)
            except BacklogFull:
                counter = refused
            else:
                counter = accepted
            with lock:
                counter[0] += 1

        all_at_once(ask)
    assert (accepted, refused) == ([ROOM], [THREADS - ROOM])
    assert execute(postgres_url, "SELECT count(*) FROM ingestions") == [(ROOM,)]


def test_a_key_stands_for_one_ingestion_for_all_that_send_it_at_once(postgres_url: str) -> None:
    answers: list[UUID] = []
    with open_to_all(Crew(postgres_url)) as crew:
        all_at_once(lambda n: answers.append(crew.members[n % 3].engine.admit(submission_of([7]), "once")))
    assert (len(answers), len(set(answers))) == (THREADS, 1)
    assert execute(postgres_url, "SELECT count(*) FROM ingestions") == [(1,)]


def test_a_key_stands_for_one_ingestion_while_sessions_are_ended_at_random(postgres_url: str) -> None:
    answers: list[UUID] = []
    over, chance = Event(), Random(5)
    with open_to_all(Crew(postgres_url)) as crew, Sessions(postgres_url) as sessions:

        def end_sessions() -> None:
            while not over.wait(0.005):
                sessions.end_some(chance)

        def ask(number: int) -> None:
            engine = crew.members[number % 3].engine
            answers.extend(engine.admit(submission_of([key + 1]), f"key {key}") for key in range(10))

        killer = Thread(target=end_sessions)
        killer.start()
        all_at_once(ask)
        over.set()
        killer.join(30)
    assert (len(answers), len(set(answers))) == (10 * THREADS, 10)
    assert execute(postgres_url, "SELECT count(*) FROM ingestions") == [(10,)]


def test_replicas_with_different_intervals_keep_to_the_longer_one(postgres_url: str) -> None:
    longer = INTERVAL + 60 * MILLISECOND
    crew = Crew(postgres_url, rates=[RATE, slower(RATE, longer + GUARD)])
    with at_work(crew, threads=2):
        eventually(crew.has_called_more_than(30))
    assert most_starts_in_a_span(crew.upstream.calls, longer) <= RATE.slot_size
    crew.check(postgres_url)


def ends_at_one_moment(session: Session, reports: Sequence[Reports], ingestion_id: UUID) -> list[int]:
    """Ask all replicas for the end of an ingestion, again if a slot has opened or closed in between."""
    while True:
        before = session.execute("SELECT count(*), count(closed_at) FROM slots").fetchall()
        ends = [report.ingestion(ingestion_id).completes_at for report in reports]
        if session.execute("SELECT count(*), count(closed_at) FROM slots").fetchall() == before:
            found = [end for end in ends if end is not None]
            assert len(found) == len(ends)
            return found


def test_what_one_replica_has_accepted_all_others_know_with_the_same_end(postgres_url: str) -> None:
    crew = Crew(postgres_url, count=2)
    with at_work(crew, threads=0), connect(postgres_url) as session:
        reports = [Reports(member.records, member.engine) for member in crew.members]
        for number in range(1000):
            answer = crew.members[0].engine.admit(submission_of([number + 1]), None)
            assert reports[1].ingestion(answer).completes_at is not None
            if number % 10 == 0:
                first, second = ends_at_one_moment(session, reports, answer)
                assert abs(first - second) < 50 * MILLISECOND


def test_no_slot_opens_and_no_call_starts_after_the_answer_to_a_pause(postgres_url: str) -> None:
    crew = Crew(postgres_url)
    with at_work(crew, threads=1):
        for number in range(8):
            pauser, resumer = crew.members[number % 3], crew.members[(number + 1) % 3]
            eventually(crew.has_called_more_than(len(crew.upstream.calls) + number))
            pauser.engine.pause()
            paused, opened = pauser.engine.snapshot().now, execute(postgres_url, "SELECT max(number) FROM slots")
            Event().wait((GRANT + TIMEOUT) / 1e9)
            assert execute(postgres_url, "SELECT max(number) FROM slots") == opened
            assert all(end < paused + GRANT + TIMEOUT for _, _, end in crew.upstream.calls)
            resumer.engine.resume()
    crew.check(postgres_url)
