"""The dashboard and the alerts ask for what the service tells."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.metrics import Metrics
from tests.promql import grouping_of, matched_by, metrics_of
from tests.simulation import Simulation

DEPLOY = Path(__file__).parent.parent / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana/ingest-service.json").read_text())
ALERTS = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]

# The values of every label of every metric.
Told = dict[str, dict[str, set[str]]]


@dataclass(frozen=True)
class Query:
    """An expression, where it stands, and what is written beside each of its series."""

    place: str
    expression: str
    legend: str = ""


def queries() -> Iterator[Query]:
    for rule in RULES:
        yield Query(rule["alert"], rule["expr"])
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield Query(f"{panel['title']} {target['refId']}", target["expr"], target["legendFormat"])


every_query = pytest.mark.parametrize("query", list(queries()), ids=lambda query: query.place)


@pytest.fixture(scope="module")
def told() -> Told:
    """Return what a scrape finds after some traffic."""
    simulation = Simulation()
    client = create_app(simulation.service, Settings.from_environ({}), Metrics()).test_client()
    client.post("/ingest", json={"ids": [1, 2, 3, 4], "priority": "HIGH"}, buffered=True)
    simulation.run()
    found: Told = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def test_expressions_are_read_as_prometheus_reads_them() -> None:
    expression = 'sum by (le, route) (rate(a_bucket{code="5", route="/x"}[5m])) / on(b) max(c) > 0.9 and d == 1e3'
    assert metrics_of(expression) == {"a_bucket", "c", "d"}
    assert grouping_of(expression) == {"le", "route", "b"}
    assert matched_by(expression) == {("a_bucket", "code", "5"), ("a_bucket", "route", "/x")}
    assert metrics_of("60 * rate(a_total[$__rate_interval]) unless absent(b)") == {"a_total", "b"}


@every_query
def test_every_metric_that_is_asked_for_is_told(query: Query, told: Told) -> None:
    assert metrics_of(query.expression)
    assert metrics_of(query.expression) <= told.keys()


@every_query
def test_every_label_that_is_asked_for_is_told(query: Query, told: Told) -> None:
    for metric, label, value in matched_by(query.expression):
        assert value in told[metric][label]
    labels = set().union(*(told[metric] for metric in metrics_of(query.expression)))
    assert grouping_of(query.expression) <= labels
    assert set(re.findall(r"{{(\w+)}}", query.legend)) <= grouping_of(query.expression)


def test_every_alert_says_how_grave_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "description"}


def test_prometheus_loads_the_alerts_and_knows_where_the_service_is() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert [(DEPLOY / "prometheus" / name).exists() for name in config["rule_files"]] == [True]
    (scrape,) = config["scrape_configs"]
    assert scrape["static_configs"] == [{"targets": [f"localhost:{Settings.from_environ({}).port}"]}]


def test_the_dashboard_asks_the_data_source_that_is_chosen_there() -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    for panel in DASHBOARD["panels"]:
        assert [panel["datasource"], *(target["datasource"] for target in panel["targets"])] == [
            chosen for _ in range(1 + len(panel["targets"]))
        ]


def test_no_panel_lies_on_another() -> None:
    cells = Counter(cell for panel in DASHBOARD["panels"] for cell in cells_of(panel["gridPos"]))
    assert set(cells.values()) == {1}
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def cells_of(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y
