"""The API under a path of another server or of a proxy (SCRIPT_NAME)."""

from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from tests.simulation import Simulation

BODY = {"ids": [1], "priority": "LOW"}


@pytest.mark.parametrize("prefix", ["/svc", "/a b/ü"])
def test_every_url_leads_back_below_the_mount_point(
    client: FlaskClient, simulation: Simulation, prefix: str
) -> None:
    quoted = {"/svc": "/svc", "/a b/ü": "/a%20b/%C3%BC"}[prefix]
    mounted = {"SCRIPT_NAME": prefix.encode().decode("latin-1")}
    accepted = client.post("/ingest", json=BODY, environ_overrides=mounted)
    assert accepted.headers["Location"] == f"{quoted}/status/{accepted.get_json()['ingestion_id']}"
    simulation.submit([1])
    listed = client.get("/ingestions?limit=1", environ_overrides=mounted)
    assert listed.headers["Link"].startswith(f"<{quoted}/ingestions?limit=1&after=")
    problem = {"Accept": "application/problem+json"}
    missing = client.get("/nothing", headers=problem, environ_overrides=mounted)
    assert missing.get_json()["instance"] == f"{quoted}/nothing"


def test_without_a_mount_point_they_are_as_they_were(client: FlaskClient) -> None:
    accepted = client.post("/ingest", json=BODY)
    assert accepted.headers["Location"] == f"/status/{accepted.get_json()['ingestion_id']}"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_description_leads_below_the_mount_point_too(client: FlaskClient, slash: str) -> None:
    described = f"https://host.example/svc/openapi.json{slash}".rstrip("/")
    (server,) = client.get("/openapi.json").get_json()["servers"]
    assert urljoin(described, server["url"]) == "https://host.example/svc/"
