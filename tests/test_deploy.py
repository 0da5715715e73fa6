"""The files that run the service fit it: its settings, its paths, its grace."""

import json
import re
from pathlib import Path

import pytest
import yaml

from ingest_service.config import Settings
from ingest_service.service import GRACE_SECONDS

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
UNIT = ROOT / "deploy/ingest-service.service"
SETTINGS = str([field.validation_alias for field in Settings.model_fields.values()])


@pytest.mark.parametrize(
    "path",
    [UNIT, ROOT / "compose.yaml", ROOT / "Dockerfile", ROOT / "deploy/prometheus/alerts.yml"],
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named, known = (set(re.findall(r"INGEST_\w+", text)) for text in (path.read_text(), SETTINGS))
    assert named
    assert named <= known


def test_compose_keeps_the_database_in_a_volume_and_asks_whether_the_service_is_ready() -> None:
    (service,) = COMPOSE["services"].values()
    assert service["volumes"] == [f"{name}:/data" for name in COMPOSE["volumes"]]
    assert "VOLUME /data\n" in DOCKERFILE
    assert "http://localhost:8000/ready" in service["healthcheck"]["test"][-1]
    assert "INGEST_PORT=8000" in DOCKERFILE


def test_the_image_asks_whether_the_service_is_alive() -> None:
    (check,) = re.findall(r"HEALTHCHECK .*\n\s+CMD (.*)", DOCKERFILE)
    assert "/health'" in json.loads(check)[-1]


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
