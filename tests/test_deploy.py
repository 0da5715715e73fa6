"""The files that run the service fit it: its settings, its paths, its grace."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from ingest_service.config import Settings
from ingest_service.open_files import MOST_CONNECTIONS, connections_for
from ingest_service.service import GRACE_SECONDS

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
UNIT = ROOT / "deploy/ingest-service.service"
SETTINGS = str([field.validation_alias for field in Settings.model_fields.values()])


@pytest.mark.parametrize(
    "path",
    [
        UNIT,
        ROOT / "compose.yaml",
        ROOT / "Dockerfile",
        ROOT / "deploy/prometheus/alerts.yml",
        ROOT / "deploy/nginx/replicas.conf",
        ROOT / "deploy/kubernetes/deployment.yaml",
        ROOT / "deploy/render.yaml",
        ROOT / "deploy/railway.json",
        ROOT / "deploy/heroku.yml",
    ],
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named, known = (set(re.findall(r"INGEST_\w+", text)) for text in (path.read_text(), SETTINGS))
    assert named
    assert named <= known


def test_the_image_asks_whether_the_service_is_alive() -> None:
    (check,) = re.findall(r"HEALTHCHECK .*\n\s+CMD (.*)", DOCKERFILE)
    assert "/health'" in json.loads(check)[-1]


def test_the_image_installs_nothing_that_has_no_hash() -> None:
    for line in re.findall(r"^RUN pip (?:install|wheel) (.*)$", DOCKERFILE, re.MULTILINE):
        assert "--require-hashes" in line or "--no-index" in line or "--no-build-isolation" in line


class Healthy(BaseHTTPRequestHandler):
    """Answers that it is well."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path in ("/health", "/ready") else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def healthy() -> Iterator[int]:
    """Return the port of a server that is healthy."""
    with HTTPServer(("localhost", 0), Healthy) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def health_checks() -> list[str]:
    """Return the programs that ask for the health, of the image and of compose."""
    (check,) = re.findall(r"HEALTHCHECK .*\n\s+CMD (.*)", DOCKERFILE)
    return [json.loads(check)[-1], COMPOSE["services"]["ingest-service"]["healthcheck"]["test"][-1]]


@pytest.mark.parametrize("program", health_checks(), ids=["image", "compose"])
def test_the_health_checks_ask_without_a_proxy(program: str, healthy: int) -> None:
    environ = {"http_proxy": "http://127.0.0.1:9", "INGEST_PORT": str(healthy)}
    command = [sys.executable, "-c", program.replace("8000", str(healthy))]
    assert subprocess.run(command, env=environ, timeout=60, check=False).returncode == 0


def test_the_image_can_speak_to_postgresql() -> None:
    assert "pip install --require-hashes -r requirements.txt" in DOCKERFILE
    assert re.search(
        r"^psycopg\[?.*==.*\n(.*\n)*psycopg-binary==", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )


def test_the_unit_limits_what_the_service_may_use_to_what_it_needs() -> None:
    unit = read_unit()["Service"]
    (files,) = map(int, unit["LimitNOFILE"])
    assert connections_for(files, slot_size=1000) == MOST_CONNECTIONS
    assert int(unit["TasksMax"][0]) > 100
    assert unit["MemoryMax"] == ["2G"]


def test_the_unit_gives_the_calls_in_flight_their_grace_and_starts_what_is_here() -> None:
    unit = read_unit()["Service"]
    assert float(unit["TimeoutStopSec"][-1]) > GRACE_SECONDS
    assert (ROOT / unit["ExecStart"][-1].split()[-1]).exists()
    assert f"INGEST_DATABASE_URL=sqlite:////var/lib/{unit['StateDirectory'][-1]}/ingest.db" in unit["Environment"]


def read_unit() -> dict[str, dict[str, list[str]]]:
    """Return the unit's sections; a key may come more than once."""
    sections: dict[str, dict[str, list[str]]] = {}
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            keys = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            keys.setdefault(name, []).append(value)
    return sections
