"""What must hold however bad the upstream is, judged by what the upstream itself saw."""

import json
from collections import Counter

from ingest_service.clock import NANOSECONDS
from ingest_service.ledger import Outcome
from ingest_service.upstreams.fake import Arrival
from tests.upstreams.running import INTERVAL, Run
from tests.upstreams.scenarios import IDS, End, Scenario


def judge(run: Run, scenario: Scenario) -> None:
    """Every law at once; what reached the upstream is all that was attempted."""
    arrivals = run.upstream.arrivals
    judge_pace(run)
    assert early_arrivals(arrivals, scenario.pause) == []
    assert [outcome.record_id for outcome in run.outcomes] == list(IDS)
    assert Counter(arrival.record_id for arrival in arrivals) == {
        outcome.record_id: outcome.attempts for outcome in run.outcomes
    }
    for outcome in run.outcomes:
        judge_end(outcome, scenario.end(outcome.record_id))
    judge_results(run)


def judge_pace(run: Run) -> None:
    assert run.upstream.refused == 0
    assert run.upstream.most_in_a_span() <= 3
    assert run.upstream.most_in_work() <= 3


def judge_end(outcome: Outcome, end: End) -> None:
    assert end.attempts in (None, outcome.attempts)
    if end.error is None:
        assert outcome.error is None
        assert outcome.result == f'{{"id":{outcome.record_id},"data":"processed"}}'
    else:
        assert outcome.result is None
        assert (outcome.error or "").startswith(end.error)


def judge_results(run: Run) -> None:
    """What anybody reads over HTTP is what came of the ids, each once."""
    path = f"/ingestions/{run.ingestion_id}/results"
    page = run.client.get(path).get_json()
    lines = run.client.get(path, headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert page["results"] == [json.loads(line) for line in lines]
    assert [(row["id"], row.get("error")) for row in page["results"]] == [
        (outcome.record_id, outcome.error) for outcome in run.outcomes
    ]
    assert run.client.get(f"/status/{run.ingestion_id}").get_json()["status"] == "completed"


def early_arrivals(arrivals: list[Arrival], pause: float) -> list[Arrival]:
    """Return those who came although the upstream had asked for a pause, and were not in work by then."""
    asked = [arrival for arrival in arrivals if arrival.status in (429, 503) and arrival.ended_ns is not None]
    return [
        arrival
        for told in asked
        for arrival in arrivals
        if told.started_ns + INTERVAL * NANOSECONDS <= arrival.started_ns
        and arrival.started_ns < (told.ended_ns or 0) + pause * NANOSECONDS
    ]
