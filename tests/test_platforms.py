"""Hosting platforms hand their managed database to the service."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def start_commands() -> list[str]:
    """Return how hosting platforms start a replica whose database and port they name."""
    railway = json.loads((ROOT / "deploy/railway.json").read_text())
    heroku = yaml.safe_load((ROOT / "deploy/heroku.yml").read_text())
    return [railway["deploy"]["startCommand"], f"sh -c {shlex.quote(heroku['run']['web'])}"]


@pytest.mark.parametrize("command", start_commands(), ids=["railway", "heroku"])
def test_a_platform_hands_its_database_and_its_port_to_the_service(command: str, tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\necho "$1 $INGEST_DATABASE_URL $INGEST_PORT"\n')
    (tmp_path / "python").chmod(0o755)
    url = "postgres://ingest:a%20b@database/ingest?sslmode=require&x"
    environ = {"PATH": f"{tmp_path}:{os.defpath}", "DATABASE_URL": url, "PORT": "1234"}
    started = subprocess.run(shlex.split(command), env=environ, capture_output=True, text=True, check=True)
    assert started.stdout == f"wsgi.py {url} 1234\n"


def test_render_hands_its_database_to_the_service_and_asks_at_the_port_of_the_image() -> None:
    blueprint = yaml.safe_load((ROOT / "deploy/render.yaml").read_text())
    (service,), (database,) = blueprint["services"], blueprint["databases"]
    variables = {variable.pop("key"): variable for variable in service["envVars"]}
    of_database = {"name": database["name"], "property": "connectionString"}
    assert variables["INGEST_DATABASE_URL"] == {"fromDatabase": of_database}
    assert f"INGEST_PORT={variables['PORT']['value']} " in DOCKERFILE
    assert service["healthCheckPath"] == "/ready"
