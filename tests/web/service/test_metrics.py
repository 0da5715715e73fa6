"""GET /metrics."""

from dataclasses import replace
from datetime import datetime
from importlib.metadata import version

import pytest
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.domain.ledger import Answer
from ingest_service.domain.rate import Quota
from ingest_service.metrics import Metrics
from tests.engine_kinds import over_postgres, over_the_embedded_engine
from tests.simulation import FIVE_SECONDS, SECOND, Simulate, Simulation

Series = tuple[str, frozenset[tuple[str, str]]]


def scrape(client: FlaskClient) -> dict[Series, float]:
    """Return the values that a scrape finds, by name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(client: FlaskClient, name: str, **labels: str) -> float | None:
    return scrape(client).get((name, frozenset(labels.items())))


def by_priority(client: FlaskClient, name: str) -> list[float | None]:
    return [value(client, name, priority=priority) for priority in ("HIGH", "MEDIUM", "LOW")]


def test_the_answer_is_in_the_text_format_of_prometheus(client: FlaskClient) -> None:
    response = client.get("/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE ingest_slots_opened_total counter\n" in response.text


def test_a_client_that_accepts_openmetrics_gets_it(client: FlaskClient) -> None:
    response = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response.mimetype == "application/openmetrics-text"
    assert response.text.endswith("# EOF\n")
    names = [family.name for family in openmetrics(response.text)]  # type: ignore[no-untyped-call]
    assert "ingest_slots_opened" in names


def test_what_the_service_was_observed_to_do_is_counted(simulation: Simulation) -> None:
    metrics = Metrics()
    client = create_app(simulation.service, Settings.from_environ({}), metrics).test_client()
    assert value(client, "ingest_slots_opened_total") == 0
    metrics.slot_opened(3, 0)
    assert value(client, "ingest_slots_opened_total") == 1


def test_what_waits_is_shown_by_priority(simulation: Simulation, client: FlaskClient) -> None:
    simulation.submit([1, 2, 3, 4], "HIGH")
    simulation.submit([5], "LOW")
    simulation.submit([6, 7], "LOW")
    assert by_priority(client, "ingest_backlog_ids") == [4, 0, 3]
    assert by_priority(client, "ingest_backlog_batches") == [2, 0, 2]
    assert by_priority(client, "ingest_backlog_ingestions") == [1, 0, 2]
    simulation.run()
    assert by_priority(client, "ingest_backlog_ids") == [0, 0, 0]


def test_batches_are_shown_by_priority_and_status(simulation: Simulation, client: FlaskClient) -> None:
    simulation.submit([1, 2, 3, 4], "HIGH")
    simulation.run_slot()
    assert value(client, "ingest_batches", priority="HIGH", status="completed") == 1
    assert value(client, "ingest_batches", priority="HIGH", status="yet_to_start") == 1


def test_the_limits_are_shown(simulation: Simulation) -> None:
    settings = {
        "INGEST_INTERVAL_SECONDS": "7",
        "INGEST_GUARD_SECONDS": "0.5",
        "INGEST_SLOT_SIZE": "4",
        "INGEST_MAX_PENDING_IDS": "99",
    }
    client = create_app(simulation.service, Settings.from_environ(settings)).test_client()
    assert value(client, "ingest_slot_interval_seconds") == 7.5
    assert value(client, "ingest_slot_ids_limit") == 4
    assert value(client, "ingest_backlog_ids_limit") == 99


def test_what_is_used_and_left_of_each_limit_is_shown(simulate: Simulate) -> None:
    simulation = simulate(replace(FIVE_SECONDS, quotas=(Quota(7, 60 * SECOND),)))
    client = create_app(simulation.service, Settings.from_environ({})).test_client()
    assert value(client, "ingest_limit_next_free_timestamp_seconds", seconds="60") is None
    simulation.submit([1, 2, 3, 4])
    simulation.run_slot()
    limits = client.get("/dispatcher").get_json()["limits"]
    for name, field in (("ids", "ids"), ("used_ids", "used"), ("left_ids", "left")):
        shown = [value(client, f"ingest_limit_{name}", seconds=seconds) for seconds in ("5", "60")]
        assert shown == [limit[field] for limit in limits]
    assert [(limit["used"], limit["left"]) for limit in limits] == [(3, 0), (3, 4)]
    frees = value(client, "ingest_limit_next_free_timestamp_seconds", seconds="60")
    assert frees == datetime.fromisoformat(limits[1]["next_free_at"]).timestamp()


def test_the_version_is_shown(client: FlaskClient) -> None:
    assert value(client, "ingest_build_info", version=version("ingest-service")) == 1


def test_the_name_of_the_process_is_shown_and_how_many_share_its_database(simulation: Simulation) -> None:
    client = create_app(simulation.service, Settings.from_environ({"INGEST_REPLICA_NAME": "b-7"})).test_client()
    assert value(client, "ingest_replica_info", replica="b-7") == 1
    assert value(client, "ingest_replicas") == 0


def test_a_dispatcher_that_does_not_run_is_shown(client: FlaskClient) -> None:
    assert value(client, "ingest_dispatcher_up") == 0
    assert value(client, "ingest_ready") == 0


def test_an_operators_pause_is_shown(simulation: Simulation, client: FlaskClient) -> None:
    assert value(client, "ingest_dispatcher_paused") == 0
    simulation.service.pause()
    assert value(client, "ingest_dispatcher_paused") == 1


def test_a_pause_of_the_upstream_is_shown_while_it_lasts(simulation: Simulation, client: FlaskClient) -> None:
    busy = Answer(error="HTTP 503", status=503, retryable=True, pause=60 * SECOND)
    simulation.upstream.answer = lambda *_: busy
    simulation.submit([1])
    simulation.run_slot()
    assert value(client, "ingest_upstream_paused") == 1
    simulation.clock.time += 61 * SECOND
    assert value(client, "ingest_upstream_paused") == 0


def test_an_upstream_that_fails_wholly_is_shown(simulation: Simulation, client: FlaskClient) -> None:
    simulation.upstream.answer = lambda *_: Answer(error="no answer", retryable=True)
    simulation.submit(range(1, 10))
    simulation.run_slot()
    simulation.run_slot()
    assert value(client, "ingest_upstream_probing") == 0
    simulation.run_slot()
    assert value(client, "ingest_upstream_probing") == 1


def test_an_upstream_that_refuses_the_credentials_is_shown_while_ids_wait(
    simulation: Simulation, client: FlaskClient
) -> None:
    simulation.upstream.answer = lambda *_: Answer(error="HTTP 401", status=401, refused=True)
    ingestion_id = simulation.submit(range(1, 10))
    shown = []
    for _ in range(3):
        simulation.run_slot()
        shown.append(value(client, "ingest_upstream_refuses_credentials"))
    simulation.service.cancel(ingestion_id)
    shown.append(value(client, "ingest_upstream_refuses_credentials"))
    assert shown == [0, 0, 1, 0]


def test_all_that_is_known_is_shown_while_the_store_cannot_be_read(
    simulation: Simulation, client: FlaskClient
) -> None:
    simulation.records.stop()
    answered = scrape(client)
    assert "ingest_batches" not in {name for name, _ in answered}
    assert answered["ingest_ready", frozenset()] == 0
    assert answered["ingest_backlog_ids_limit", frozenset()] > 0


@over_the_embedded_engine
def test_what_waits_is_shown_while_a_store_of_one_process_cannot_be_read(
    simulation: Simulation, client: FlaskClient
) -> None:
    simulation.submit([1, 2, 3, 4], "HIGH")
    simulation.records.stop()
    assert value(client, "ingest_backlog_ids", priority="HIGH") == 4


@over_postgres
def test_what_waits_is_left_out_while_the_database_of_replicas_cannot_be_read(
    simulation: Simulation, client: FlaskClient
) -> None:
    simulation.submit([1, 2, 3, 4], "HIGH")
    simulation.records.stop()
    assert value(client, "ingest_backlog_ids", priority="HIGH") is None
    assert value(client, "ingest_dispatcher_up") == 0


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/status/{id}", {"method": "GET", "route": "/status/<ingestion_id>", "status": "2xx"}),
        ("GET", "/status/nonsense", {"method": "GET", "route": "/status/<ingestion_id>", "status": "4xx"}),
        ("POST", "/ingest", {"method": "POST", "route": "/ingest", "status": "4xx"}),
        ("GET", "/nowhere/{id}", {"method": "GET", "route": "unmatched", "status": "4xx"}),
        ("PUT", "/ingest", {"method": "PUT", "route": "unmatched", "status": "4xx"}),
        ("BREW", "/ingest", {"method": "other", "route": "unmatched", "status": "4xx"}),
    ],
)
def test_requests_count_by_method_route_and_status_and_never_by_an_id(
    simulation: Simulation, client: FlaskClient, method: str, path: str, labels: dict[str, str]
) -> None:
    ingestion_id = str(simulation.submit([1]))
    client.open(path.format(id=ingestion_id), method=method, buffered=True)
    assert value(client, "ingest_http_request_duration_seconds_count", **labels) == 1
    assert ingestion_id not in client.get("/metrics").text
