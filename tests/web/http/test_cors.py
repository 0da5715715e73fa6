"""Pages of other origins: none may use the API unless the setting says so."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.errors import SettingError
from tests.simulation import Simulation

APP, OTHER = "https://app.example.com", "https://other.example.com"
TWO = f"{APP}, http://[::1]:3000"
EXPOSED = "Content-Disposition, ETag, Link, Location, Retry-After, X-Request-ID"

Open = Callable[[str], FlaskClient]


@pytest.fixture
def open_to(simulation: Simulation) -> Open:
    """Return clients of an application with this setting."""

    def opened(origins: str) -> FlaskClient:
        settings = Settings.from_environ({"INGEST_CORS_ORIGINS": origins})
        return create_app(simulation.service, settings).test_client()

    return opened


def cors(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def preflight(client: FlaskClient, origin: str, method: str, headers: str = "") -> TestResponse:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    return client.options("/ingest", headers=asked)


def test_without_the_setting_no_origin_is_allowed(client: FlaskClient) -> None:
    for answer in (client.get("/schedule", headers={"Origin": APP}), preflight(client, APP, "POST")):
        assert cors(answer) == {}
        assert "Vary" not in answer.headers


@pytest.mark.parametrize("origin", [APP, "http://[::1]:3000", "HTTPS://App.Example.com"])
@pytest.mark.parametrize("path", ["/schedule", "/nothing"])
def test_an_allowed_origin_may_read_answers_and_errors(open_to: Open, origin: str, path: str) -> None:
    answer = open_to(TWO).get(path, headers={"Origin": origin})
    assert cors(answer) == {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}


def test_an_allowed_origin_may_read_what_has_not_changed(open_to: Open, simulation: Simulation) -> None:
    client, path = open_to(APP), f"/status/{simulation.submit([1])}"
    known = {"Origin": APP, "If-None-Match": client.get(path).headers["ETag"]}
    answer = client.get(path, headers=known)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (304, APP)


@pytest.mark.parametrize(
    "origin",
    [
        OTHER,
        "null",
        f"{APP}.evil.com",
        f"{APP}:8443",
        "http://app.example.com",
        "http://1:3000",
        "http://[::1]:30001",
    ],
)
def test_any_other_origin_may_not(open_to: Open, origin: str) -> None:
    client = open_to(TWO)
    assert cors(client.get("/schedule", headers={"Origin": origin})) == {}
    assert cors(preflight(client, origin, "POST")) == {}


@pytest.mark.parametrize("headers", [{}, {"Origin": APP}, {"Origin": OTHER}])
@pytest.mark.parametrize("origins", [APP, TWO])
def test_caches_learn_that_answers_depend_on_the_origin(
    open_to: Open, origins: str, headers: dict[str, str]
) -> None:
    assert open_to(origins).get("/schedule", headers=headers).headers.getlist("Vary") == ["Origin"]


def test_an_error_depends_on_the_origin_and_on_what_is_accepted(open_to: Open) -> None:
    assert open_to(APP).get("/nothing", headers={"Origin": APP}).vary.to_header() == "Origin, Accept"


@pytest.mark.parametrize("headers", [{}, {"Origin": OTHER}])
def test_every_origin_may_if_the_setting_says_so(open_to: Open, headers: dict[str, str]) -> None:
    answer = open_to("*").get("/schedule", headers=headers)
    assert cors(answer) == {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_preflight_is_answered_with_the_methods_and_headers(open_to: Open, method: str) -> None:
    wanted = "content-type,idempotency-key,if-none-match,x-request-id,x-other"
    answer = preflight(open_to(APP), APP, method, wanted)
    assert answer.status_code == 200
    assert answer.data == b""
    assert cors(answer) == {
        "Access-Control-Allow-Origin": APP,
        "Access-Control-Allow-Methods": "DELETE, GET, HEAD, PATCH, POST",
        "Access-Control-Allow-Headers": "content-type, idempotency-key, if-none-match, x-request-id",
        "Access-Control-Expose-Headers": EXPOSED,
        "Access-Control-Max-Age": "600",
    }


def test_a_method_that_nothing_allows_is_not_allowed_to_pages(open_to: Open) -> None:
    assert "Access-Control-Allow-Methods" not in cors(preflight(open_to(APP), APP, "PUT"))


@pytest.mark.parametrize("given", ["*", APP, f"{APP},{OTHER}", "http://localhost:3000", "capacitor://localhost"])
def test_origins_that_are_some_are_taken(given: str) -> None:
    assert Settings.from_environ({"INGEST_CORS_ORIGINS": given}).cors_origins == tuple(given.split(","))


@pytest.mark.parametrize(
    "wrong",
    ["app.example.com", f"{APP}/", f"{APP}/path", f"{APP},*", f"{APP},", "https://*.example.com", "null", "a b"],
)
def test_a_text_that_is_not_an_origin_stops_the_start_with_a_sentence(wrong: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_CORS_ORIGINS": wrong})
    assert str(caught.value) == (
        f"INGEST_CORS_ORIGINS={wrong} is not allowed: "
        "it should be * or origins like https://app.example.com, separated by commas"
    )
