"""The laws that hold however bad the upstream is, checked against the arrivals that it recorded."""

import json
from bisect import bisect_right
from collections import Counter

from ingest_service.clock import NANOSECONDS
from ingest_service.domain.ledger import Outcome
from ingest_service.upstreams.fake import Arrival
from tests.upstreams.running import Run
from tests.upstreams.scenarios import IDS, End, Scenario


def check(run: Run, scenario: Scenario) -> None:
    """Check every law; the arrivals at the upstream are the attempts that were made, and calls that are none."""
    arrivals = run.upstream.arrivals
    check_rate(run)
    assert early_arrivals(run, scenario.pause) == []
    assert [outcome.record_id for outcome in run.outcomes] == list(IDS)
    calls = Counter(arrival.record_id for arrival in arrivals if arrival.status != 401 or not scenario.burns_calls)
    assert calls == {outcome.record_id: outcome.attempts for outcome in run.outcomes}
    for outcome in run.outcomes:
        check_end(outcome, scenario.end(outcome.record_id))
    check_results(run)


def check_rate(run: Run) -> None:
    assert run.upstream.refused == 0
    assert run.upstream.most_in_a_span() <= 3
    assert run.upstream.most_in_work() <= 3


def check_end(outcome: Outcome, end: End) -> None:
    assert end.attempts in (None, outcome.attempts)
    if end.error is None:
        assert outcome.error is None
        assert outcome.result == f'{{"id":{outcome.record_id},"data":"processed"}}'
    else:
        assert outcome.result is None
        assert (outcome.error or "").startswith(end.error)


def check_results(run: Run) -> None:
    """Check that the results over HTTP are the outcomes of the ids, each once."""
    path = f"/ingestions/{run.ingestion_id}/results"
    page = run.client.get(path).get_json()
    lines = run.client.get(path, headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert page["results"] == [json.loads(line) for line in lines]
    assert [(row["id"], row.get("error")) for row in page["results"]] == [
        (outcome.record_id, outcome.error) for outcome in run.outcomes
    ]
    assert run.client.get(f"/status/{run.ingestion_id}").get_json()["status"] == "completed"


def early_arrivals(run: Run, pause: float) -> list[Arrival]:
    """Return the arrivals of later slots in the time for which an answer had asked for a pause.

    The slot of an arrival is the last one that was opened before it.
    """
    arrivals = run.upstream.arrivals
    refusals = [a for a in arrivals if a.status in (403, 429, 503) and a.ended_ns is not None]
    return [
        arrival
        for refusal in refusals
        for arrival in arrivals
        if bisect_right(run.opened, refusal.started_ns) < bisect_right(run.opened, arrival.started_ns)
        if arrival.started_ns < (refusal.ended_ns or 0) + pause * NANOSECONDS
    ]
