"""Metrics and logs of a service in work."""

import json
import time
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.processes.client import HOST, Client
from tests.processes.conftest import Start
from tests.processes.waiting import eventually

pytestmark = pytest.mark.slow

FAST = {"INGEST_INTERVAL_SECONDS": "0.3", "INGEST_SIMULATED_DELAY_SECONDS": "0.01"}


def scrape(environ: dict[str, str]) -> dict[str, float]:
    """Return the values of all series that have no labels, or an outcome only, by name and outcome."""
    with urlopen(f"http://{HOST}:{environ['INGEST_PORT']}/metrics") as answer:
        text = answer.read().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {" ".join([s.name, *s.labels.values()]): s.value for s in samples if s.labels.keys() <= {"outcome"}}


def test_a_scrape_counts_what_the_service_has_done(start: Start, client: Client, environ: dict[str, str]) -> None:
    began = time.monotonic()
    start(**FAST).until_healthy()
    ingestion_id = client.submit([1, 2, 3, 4, 5, 6, 7], "LOW")
    eventually(lambda: client.completed(ingestion_id))
    elapsed = time.monotonic() - began
    series = scrape(environ)
    assert series["ingest_slots_opened_total"] == 3
    assert series["ingest_slot_ids_sum"] == 7
    assert 0 < series["ingest_slot_lateness_seconds_sum"] < elapsed
    assert series["ingest_upstream_calls_total ok"] == 7
    assert 0.07 <= series["ingest_upstream_call_duration_seconds_sum"] < 7 * elapsed
    # One for the ingestion, and two for each slot.
    assert series["ingest_commit_writes_sum"] >= 7
    assert series["ingest_commit_duration_seconds_sum"] > 0
    assert (series["ingest_ready"], series["ingest_dispatcher_up"], series["ingest_dispatcher_paused"]) == (
        1,
        1,
        0,
    )
    assert series["process_resident_memory_bytes"] > 0


def test_every_line_of_a_log_for_programs_is_an_object_and_names_its_request(start: Start, client: Client) -> None:
    running = start(INGEST_LOG_FORMAT="json", **FAST).until_healthy()
    ingestion_id = client.submit([1, 2, 3], "LOW")
    eventually(lambda: client.completed(ingestion_id))
    client.close()
    assert running.stop() == 0
    events: list[dict[str, Any]] = [json.loads(line) for line in running.printed.splitlines()]
    assert all(list(event)[:4] == ["time", "level", "logger", "message"] for event in events)
    (accepted,) = [event for event in events if event.get("route") == "/ingest"]
    (opened,) = [event for event in events if "slot" in event]
    assert accepted["ingestion_id"] == ingestion_id
    assert (accepted["ids"], accepted["priority"]) == (3, "LOW")
    assert len(accepted["request_id"]) > 0
    assert (accepted["method"], accepted["status"]) == ("POST", 200)
    assert "request_id" not in opened
    assert events[-1]["message"] == "stopping: SIGTERM"
