from collections.abc import Iterator
from functools import partial

import pytest

from cli.client import Client
from cli.errors import NotFoundError, UnreachableError
from cli.ingestion import IngestionStatus
from cli.watch import Sight, follow
from tests.cli.stand_in import HANG_UP, INGESTION_ID, Answer, StandIn, progress, refusal


class Watch:
    """A watcher whose waiting takes no time, but moves its clock."""

    def __init__(self, client: Client) -> None:
        self.waits: list[float] = []
        self.sights: Iterator[Sight[IngestionStatus]] = follow(
            partial(client.status, INGESTION_ID), self.waits.append, self.now
        )

    def now(self) -> float:
        return sum(self.waits)


@pytest.fixture
def watch(client: Client) -> Watch:
    return Watch(client)


def test_it_follows_until_all_is_completed(watch: Watch, service: StandIn) -> None:
    service.answers(progress("yet_to_start"), progress("triggered"), progress("completed"))
    assert [sight.seen.status for sight in watch.sights] == ["yet_to_start", "triggered", "completed"]
    assert watch.waits == [0.5, 0.5]


@pytest.mark.parametrize(("asked", "waited"), [("0", 0.5), ("4", 4), ("3600", 10)])
def test_it_waits_as_long_as_the_service_asks_within_reason(
    watch: Watch, service: StandIn, asked: str, waited: float
) -> None:
    service.answers(progress("triggered", headers={"Retry-After": asked}), progress("completed"))
    assert len(list(watch.sights)) == 2
    assert watch.waits == [waited]


def test_an_unchanged_status_is_seen_again_though_it_is_not_sent_again(watch: Watch, service: StandIn) -> None:
    service.answers(
        progress("triggered", headers={"ETag": '"v1"'}),
        Answer(304, headers={"Retry-After": "2"}),
        progress("completed"),
    )
    assert [sight.seen.status for sight in watch.sights] == ["triggered", "triggered", "completed"]
    assert service.questions[2].headers["If-None-Match"] == '"v1"'
    assert watch.waits == [0.5, 2]


def test_a_service_that_goes_away_for_a_while_is_waited_for(watch: Watch, service: StandIn) -> None:
    service.answers(
        progress("triggered"),
        HANG_UP,
        refusal(503, "Restarting", headers={"Retry-After": "3"}),
        progress("completed"),
    )
    sights = list(watch.sights)
    assert [str(sight.away or "") != "" for sight in sights] == [False, True, True, False]
    assert sights[2].seen is sights[0].seen
    assert watch.waits == [0.5, 0.5, 3]


def test_a_service_that_stays_away_is_given_up_after_a_minute(watch: Watch, service: StandIn) -> None:
    service.answers(progress("triggered"), HANG_UP)
    with pytest.raises(UnreachableError, match=r"^Gave up after 60 s\. Cannot reach the ingest service at"):
        list(watch.sights)
    assert 60 < watch.now() < 61


def test_a_service_that_is_not_there_at_first_is_not_waited_for(watch: Watch, service: StandIn) -> None:
    service.answers(HANG_UP, progress("completed"))
    with pytest.raises(UnreachableError):
        next(watch.sights)
    assert watch.waits == []


def test_an_ingestion_that_is_lost_on_the_way_ends_the_watching(watch: Watch, service: StandIn) -> None:
    service.answers(progress("triggered"), refusal(404, "Ingestion ID not found"))
    with pytest.raises(NotFoundError):
        list(watch.sights)
