"""The files that run the service fit it: its settings, its paths, its grace."""

import re
from pathlib import Path

import pytest

from ingest_service.config import Settings
from ingest_service.open_files import MOST_CONNECTIONS, connections_for
from ingest_service.service import GRACE_SECONDS

ROOT = Path(__file__).parent.parent
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
        ROOT / "deploy/nginx/host.conf",
        ROOT / "deploy/nginx/prefix.conf",
        ROOT / "deploy/caddy/Caddyfile",
        ROOT / "deploy/kubernetes/postgres/deployment.yaml",
        ROOT / "deploy/kubernetes/sqlite/statefulset.yaml",
        ROOT / "render.yaml",
        ROOT / "railway.json",
        ROOT / "fly.toml",
        ROOT / "Procfile",
    ],
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named, known = (set(re.findall(r"INGEST_\w+", text)) for text in (path.read_text(), SETTINGS))
    assert named
    assert named <= known


def test_the_image_installs_nothing_that_has_no_hash() -> None:
    installed = re.findall(r"pip (?:\S+ \S+ )?(?:install|wheel) (.*)$", DOCKERFILE, re.MULTILINE)
    assert len(installed) == 4
    for line in installed:
        assert "--require-hashes" in line or "--no-index" in line or "--no-build-isolation" in line


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


def test_the_readme_installs_the_server_without_make_in_every_shell() -> None:
    (installed,) = re.findall(r"pip install -e (.*)", (ROOT / "README.md").read_text())
    assert installed == '".[server]"'


def test_the_backup_in_a_container_is_made_by_a_program_of_the_image() -> None:
    (command,) = re.findall(r"In a container: `(\S+) backup ", (ROOT / "docs/operations.md").read_text())
    assert f'CMD ["{command}"]' in DOCKERFILE
