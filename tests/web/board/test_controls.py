"""Buttons that change something: only with INGEST_PAGE_CONTROLS=1."""

import re

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient

from ingest_service.app import create_app
from ingest_service.config import Settings
from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import Browser, Driven

ON = {"INGEST_PAGE_CONTROLS": "1"}
PAGES = ("/", "/board", "/board/submit")
INGESTION_ID = "6f1c0a52-0000-4000-8000-000000000000"
EVIL = {"Origin": "https://evil.example"}


@pytest.fixture
def controlled(simulation: Simulation) -> Flask:
    """The application of a service whose pages have controls."""
    return create_app(Driven.by(simulation), Settings.from_environ(ON), clock=simulation.clock)


@pytest.fixture
def client(controlled: Flask) -> FlaskClient:
    return controlled.test_client()


@pytest.fixture
def operator(client: FlaskClient, simulation: Simulation) -> Browser:
    """A browser that looks at pages with controls."""
    return Browser(client, simulation.clock, SECOND // 4)


def buttons(html: str) -> list[tuple[str, str, str]]:
    """Return the name of each control, and the operation that it asks for."""
    pattern = r'class="control[^"]*" data-method="(\w+)" data-address="([^"]*)".*?>([^<]*)</button>'
    return [(name, method, address) for method, address, name in re.findall(pattern, html)]


@pytest.mark.parametrize("path", PAGES)
def test_without_the_setting_no_page_has_a_control_or_loads_its_script(
    browser: Browser, simulation: Simulation, path: str
) -> None:
    simulation.submit([1, 2, 3])
    html = browser.get(path).text
    assert "control" not in html
    assert "Pause" not in html


def test_the_board_has_a_button_that_pauses(operator: Browser) -> None:
    html = operator.get().text
    assert buttons(html) == [("Pause", "POST", "/dispatcher/pause")]
    assert re.findall(r"/(controls\.\w+)", html) == ["controls.css", "controls.js"]
    assert buttons(operator.get("/board").text) == [("Pause", "POST", "/dispatcher/pause")]


def test_the_board_of_a_paused_service_has_a_button_that_resumes(operator: Browser, client: FlaskClient) -> None:
    client.post("/dispatcher/pause")
    assert buttons(operator.get().text) == [("Resume", "POST", "/dispatcher/resume")]


def test_while_the_store_is_away_there_is_no_button(operator: Browser, simulation: Simulation) -> None:
    simulation.records.stop()
    assert buttons(operator.get().text) == []


def test_a_control_leads_below_the_mount_point(operator: Browser) -> None:
    html = operator.get(headers={"X-Forwarded-Prefix": "/svc"}).text
    assert buttons(html) == [("Pause", "POST", "/svc/dispatcher/pause")]


def of_an_ingestion(app: Flask, priority: str, waits: bool) -> str:
    with app.test_request_context():
        macro = get_template_attribute("board/controls.html", "ingestion_controls")
        return str(macro(INGESTION_ID, priority, waits))


def test_an_ingestion_that_waits_can_be_cancelled_and_get_another_priority(controlled: Flask) -> None:
    html = of_an_ingestion(controlled, "MEDIUM", True)
    address = f"/ingestions/{INGESTION_ID}"
    assert buttons(html) == [
        ("Make it HIGH", "PATCH", address),
        ("Make it LOW", "PATCH", address),
        ("Cancel it", "DELETE", address),
    ]
    bodies = re.findall(r'data-body="([^"]*)"', html)
    assert [one.replace("&#34;", '"') for one in bodies] == ['{"priority": "HIGH"}', '{"priority": "LOW"}', ""]


def test_an_ingestion_of_which_nothing_waits_has_no_controls(controlled: Flask) -> None:
    assert of_an_ingestion(controlled, "MEDIUM", False).strip() == ""


@pytest.mark.parametrize("priority", ["HIGH", "LOW"])
def test_what_a_control_of_an_ingestion_asks_for_is_done(
    controlled: Flask, client: FlaskClient, simulation: Simulation, priority: str
) -> None:
    address = f"/ingestions/{simulation.submit([1, 2])}"
    html = of_an_ingestion(controlled, "MEDIUM", True)
    (body,) = [one for one in re.findall(r'data-body="([^"]*)"', html) if priority in one]
    changed = client.patch(address, data=body.replace("&#34;", '"'), content_type="application/json")
    assert changed.get_json()["priority"] == priority
    assert client.delete(address).get_json()["status"] == "cancelled"


@pytest.mark.parametrize("headers", [EVIL, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/dispatcher/pause"),
        ("POST", "/dispatcher/resume"),
        ("PATCH", "/ingestions/{}"),
        ("DELETE", "/ingestions/{}"),
        ("POST", "/ingest"),
    ],
)
def test_with_controls_too_a_page_of_another_origin_changes_nothing(
    client: FlaskClient, simulation: Simulation, method: str, path: str, headers: dict[str, str]
) -> None:
    address = path.format(simulation.submit([1]))
    answer = client.open(address, method=method, json={"priority": "HIGH", "ids": [1]}, headers=headers)
    assert answer.status_code == 403


def test_the_api_does_not_depend_on_the_setting(app: Flask) -> None:
    assert app.test_client().post("/dispatcher/pause").get_json()["state"] == "paused"
