import json
from importlib.metadata import version
from typing import Any

import pytest

from ingestctl.client import Client
from tests.cli.conftest import Run
from tests.cli.stand_in import Answer, StandIn, refusal


def test_pause_and_resume_may_be_repeated(real_run: Run, real_client: Client) -> None:
    for _ in range(2):
        assert real_run("pause").stdout.startswith("paused by an operator since ")
    assert json.loads(real_run("pause -o json").stdout)["state"] == "paused"
    ingestion_id = real_client.submit([1])
    for _ in range(2):
        assert real_run("resume").stdout.startswith("running")
    assert real_run(f"watch {ingestion_id} --quiet").exit_code == 0


@pytest.mark.usefixtures("waiting")
def test_health_shows_the_version_the_dispatcher_and_the_backlog(real: str, real_run: Run) -> None:
    result = real_run("health")
    assert (result.exit_code, result.stderr) == (0, "")
    alive, ready, dispatcher, limit, *backlog = result.stdout.splitlines()
    assert alive == f"health      ok, version {version('ingest-service')}, at {real}"
    assert ready == "ready       ready"
    assert dispatcher.startswith("dispatcher  paused by an operator since ")
    assert limit == "limit       0 of 3 ids in 0.1 s used, 3 left"
    assert backlog == [
        "Priority  Ingestions  Batches  Ids",
        "HIGH               0        0    0",
        "MEDIUM             0        0    0",
        "LOW                1        2    5",
    ]


def test_health_names_the_replicas_that_share_the_database(run: Run, service: StandIn) -> None:
    replicas = [{"name": name, "seen_at": "2026-11-22T01:08:01.204Z"} for name in ("blue\x1b-17", "green-9")]
    state: dict[str, Any] = {
        "paused_at": None,
        "upstream_paused_until": None,
        "probing": False,
        "next_slot_at": None,
    }
    dispatcher = {"state": "running", **state, "backlog": {}, "replicas": replicas}
    service.answers(*(Answer(body=body) for body in ({"status": "ok"}, {"status": "ready"}, dispatcher)))
    assert "replicas    blue\\u001b-17, green-9" in run("health").stdout.splitlines()


def test_health_shows_what_is_used_of_each_limit(run: Run, service: StandIn) -> None:
    limits = [
        {"ids": 100, "seconds": 90, "used": 100, "left": 0, "next_free_at": "2026-11-22T01:08:01.204Z"},
        {"ids": 2000, "seconds": 86_400, "used": 0, "left": 2000, "next_free_at": None},
    ]
    state = {"state": "running", "paused_at": None, "upstream_paused_until": None, "probing": False}
    dispatcher: dict[str, Any] = {**state, "next_slot_at": None, "backlog": {}, "limits": limits}
    service.answers(*(Answer(body=body) for body in ({"status": "ok"}, {"status": "ready"}, dispatcher)))
    used, unused = [line for line in run("health").stdout.splitlines() if line.startswith("limit")]
    assert used.startswith("limit       100 of 100 ids in 90 s used, 0 left; the next seat comes free at ")
    assert unused == "limit       0 of 2,000 ids in 1 d used, 2,000 left"


def test_health_can_be_printed_as_json(real_run: Run) -> None:
    printed = json.loads(real_run("health -o json").stdout)
    assert (printed["health"]["status"], printed["ready"]["status"]) == ("ok", "ready")
    assert printed["dispatcher"]["state"] == "running"


def test_an_unhealthy_service_exits_1_with_its_reason(run: Run, service: StandIn) -> None:
    service.answers(refusal(503, "Not healthy", dispatcher=["it died"]))
    result = run("health")
    sentence = "The service cannot answer now: Not healthy (dispatcher: it died). Try again a little later."
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, f"health      {sentence}")
    printed = json.loads(run("health -o json").stdout)
    assert printed == {name: {"error": sentence} for name in ("health", "ready", "dispatcher")}
