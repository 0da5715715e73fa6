"""The whole service, in real threads and real time, against every bad upstream."""

from pathlib import Path

import pytest

from benchmarks.ports import free_port
from ingest_service.upstreams.fake import FakeUpstream, first, for_ids, reset_before
from tests.processes.waiting import eventually
from tests.upstreams.checks import check, check_rate, check_results
from tests.upstreams.running import INTERVAL, complete, openings, running, settings_for, submit
from tests.upstreams.scenarios import AT_ONCE, IDS, SCENARIOS, SECOND_TIME, SOMETIME, Scenario

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_however_bad_the_upstream_is_every_id_ends_once_at_the_rate(scenario: Scenario, tmp_path: Path) -> None:
    with FakeUpstream(3, INTERVAL, scenario.behaviour) as upstream:
        settings = settings_for(tmp_path, upstream.url, scenario)
        with running(settings) as service:
            check(complete(service, settings, submit(service), upstream), scenario)


def test_the_same_holds_at_the_real_interval(tmp_path: Path) -> None:
    scenario = Scenario("real", for_ids({2: first(1, reset_before())}), AT_ONCE, {2: SECOND_TIME})
    with FakeUpstream(3, 5, scenario.behaviour) as upstream:
        settings = settings_for(tmp_path, upstream.url, scenario, interval=5)
        with running(settings) as service:
            check(complete(service, settings, submit(service), upstream), scenario)
        arrivals = upstream.arrivals
    assert sorted(arrival.record_id for arrival in arrivals[3:]) == [2, 4]


def test_an_upstream_that_was_down_gets_each_id_once_when_it_comes_back(tmp_path: Path) -> None:
    scenario = Scenario("refused", FakeUpstream().behaviour, SOMETIME, max_attempts=100)
    with FakeUpstream(3, INTERVAL, port=free_port()) as upstream:
        upstream.stop()
        settings = settings_for(tmp_path, upstream.url, scenario)
        with running(settings) as service:
            ingestion_id = submit(service)
            eventually(lambda: len(openings(settings)) > 2)
            upstream.start()
            run = complete(service, settings, ingestion_id, upstream)
            check_rate(run)
            check_results(run)
        assert sorted(arrival.record_id for arrival in upstream.arrivals) == list(IDS)
    assert all(outcome.error is None for outcome in run.outcomes)
    assert run.outcomes[0].attempts > 1


def test_a_name_that_does_not_resolve_ends_every_id_with_a_sentence(tmp_path: Path) -> None:
    scenario = Scenario("unknown", FakeUpstream().behaviour, SOMETIME, max_attempts=2)
    with FakeUpstream(3, INTERVAL) as upstream:
        settings = settings_for(tmp_path, "http://no-such-host.invalid/{id}", scenario)
        with running(settings) as service:
            run = complete(service, settings, submit(service), upstream)
            check_results(run)
    assert [(outcome.record_id, outcome.attempts) for outcome in run.outcomes] == [(i, 2) for i in IDS]
    assert all((outcome.error or "").startswith("no ") for outcome in run.outcomes)
