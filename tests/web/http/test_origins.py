"""Changes that pages of other origins want, and requests for other hosts."""

import pytest
from flask.testing import FlaskClient

from ingest_service.config import Settings
from ingest_service.errors import SettingError
from tests.simulation import Simulation
from tests.web.asking import client_of

OURS, EVIL, APP = "http://localhost", "https://evil.example", "https://app.example.com"
BODY = {"ids": [1], "priority": "LOW"}
CHANGES = [
    ("POST", "/ingest"),
    ("POST", "/dispatcher/pause"),
    ("POST", "/dispatcher/resume"),
    ("POST", "/ingestions/{}/retry"),
    ("PATCH", "/ingestions/{}"),
    ("DELETE", "/ingestions/{}"),
]
FOREIGN = [
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": OURS},
    {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    {"Origin": EVIL, "X-Forwarded-Host": "localhost"},
]
OWN = [
    {},
    {"Origin": OURS},
    {"Origin": "HTTP://LocalHost"},
    {"Origin": "http://localhost:80"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    # A proxy that rewrites Host: the browser says that the page is ours, or the proxy what was asked for.
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://ingest.example.com"},
    {"Origin": "https://ingest.example.com", "X-Forwarded-Host": "ingest.example.com"},
    {"Origin": "https://ingest.example.com", "X-Forwarded-Host": "inner, ingest.example.com:443"},
]


def change(client: FlaskClient, simulation: Simulation, method: str, path: str, headers: dict[str, str]) -> int:
    body = BODY if path == "/ingest" else {"priority": "HIGH"}
    asked = path.format(simulation.submit([1]))
    return client.open(asked, method=method, json=body, headers=headers).status_code


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_page_of_another_origin_changes_nothing(
    client: FlaskClient, simulation: Simulation, method: str, path: str, headers: dict[str, str]
) -> None:
    assert change(client, simulation, method, path, headers) == 403
    assert client.get("/dispatcher").get_json()["state"] == "running"


def test_a_refusal_names_the_origin_and_the_setting(client: FlaskClient) -> None:
    answer = client.post("/ingest", data="{}", headers={"Origin": EVIL}, content_type="text/plain")
    assert answer.get_json() == {
        "error": "Forbidden",
        "details": {"Origin": [f"pages of {EVIL} may change nothing here; INGEST_CORS_ORIGINS allows origins"]},
    }


@pytest.mark.parametrize("headers", OWN)
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_our_own_page_and_programs_change_what_they_like(
    client: FlaskClient, simulation: Simulation, method: str, path: str, headers: dict[str, str]
) -> None:
    assert change(client, simulation, method, path, headers) in (200, 409)


@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [(APP, APP, 200), (APP, APP.upper(), 200), (APP, EVIL, 403), ("*", EVIL, 200), ("*", "null", 200)],
)
def test_a_page_of_an_allowed_origin_may(
    simulation: Simulation, allowed: str, origin: str, expected: int, site: dict[str, str]
) -> None:
    client = client_of(simulation, INGEST_CORS_ORIGINS=allowed)
    assert client.post("/ingest", json=BODY, headers={"Origin": origin, **site}).status_code == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_left_to_the_browser(client: FlaskClient, method: str) -> None:
    answer = client.open("/ingestions", method=method, headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


HOSTS = "ingest.example.com, 127.0.0.1,[::1]"


@pytest.mark.parametrize(
    "host", ["ingest.example.com", "Ingest.Example.com:8000", "127.0.0.1:80", "[::1]", "[::1]:8"]
)
def test_a_name_that_is_allowed_is_answered(simulation: Simulation, host: str) -> None:
    client = client_of(simulation, INGEST_ALLOWED_HOSTS=HOSTS)
    assert client.get("/ingestions", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "x.ingest.example.com", "[::2]", "127.0.0.1.evil.example", ""])
@pytest.mark.parametrize("path", ["/ingestions", "/nothing", "/docs", "/metrics"])
def test_any_other_name_is_not(simulation: Simulation, host: str, path: str) -> None:
    client = client_of(simulation, INGEST_ALLOWED_HOSTS=HOSTS)
    answer = client.get(path, headers={"Host": host})
    assert (answer.status_code, answer.get_json()["error"]) == (421, "Misdirected request")
    assert "INGEST_ALLOWED_HOSTS" in answer.get_json()["details"]["Host"][0]


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_probes_are_answered_under_any_name(simulation: Simulation, path: str) -> None:
    client = client_of(simulation, INGEST_ALLOWED_HOSTS=HOSTS)
    assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code in (200, 503)


@pytest.mark.parametrize("wrong", ["a b", "http://a", "a:80", "a,", "*.example.com"])
def test_a_text_that_is_not_a_host_stops_the_start(wrong: str) -> None:
    with pytest.raises(SettingError, match=r"host names like ingest\.example\.com, without ports"):
        Settings.from_environ({"INGEST_ALLOWED_HOSTS": wrong})
