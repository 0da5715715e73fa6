"""Hosting platforms hand their managed database and their port to the service."""

import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest_service.config import Settings
from ingest_service.service import GRACE_SECONDS
from tests.packaging.dockerfile import instructions

ROOT = Path(__file__).parent.parent
OF_THE_IMAGE = dict(re.findall(r"(INGEST_\w+)=(\S+)", (ROOT / "Dockerfile").read_text()))
RAILWAY: dict[str, Any] = json.loads((ROOT / "railway.json").read_text())["deploy"]
FLY: dict[str, Any] = tomllib.loads((ROOT / "fly.toml").read_text())
RENDER: dict[str, Any] = yaml.safe_load((ROOT / "render.yaml").read_text())
URL = "postgres://ingest:a%20b@database/ingest?sslmode=require&x"
# What each program prints that a start command may run.
PRINTING = '#!/bin/sh\necho "$(basename $0) $* INGEST_DATABASE_URL=$INGEST_DATABASE_URL"\n'


def start_commands() -> dict[str, list[str]]:
    """Return how each platform starts a replica, and the program that it should run."""
    procfile = (ROOT / "Procfile").read_text().removeprefix("web: ")
    return {
        "railway": shlex.split(RAILWAY["startCommand"]),
        "fly": shlex.split(FLY["processes"]["web"]),
        "heroku": ["sh", "-c", procfile],
    }


def start(platform: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the start command of a platform with programs that print what they are given."""
    for name in ("python", "ingest-service"):
        (folder / name).write_text(PRINTING)
        (folder / name).chmod(0o755)
    command = start_commands()[platform]
    path = f"{folder}:{os.defpath}"
    return subprocess.run(command, env={"PATH": path, **environ}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("platform", start_commands())
def test_a_platform_hands_its_database_to_the_service(platform: str, tmp_path: Path) -> None:
    started = start(platform, tmp_path, DATABASE_URL=URL)
    program = "python wsgi.py" if platform == "heroku" else "ingest-service "
    assert started.stdout == f"{program} INGEST_DATABASE_URL={URL}\n"


@pytest.mark.parametrize("platform", start_commands())
def test_on_a_platform_without_a_database_nothing_starts_and_the_reason_is_named(
    platform: str, tmp_path: Path
) -> None:
    started = start(platform, tmp_path)
    assert started.returncode != 0
    assert started.stdout == ""
    assert re.search(r"DATABASE_URL: is not set: \w+ a PostgreSQL database to this ", started.stderr)


def test_render_hands_its_database_to_the_service() -> None:
    (service,), (database,) = RENDER["services"], RENDER["databases"]
    variables = {variable["key"]: variable for variable in service["envVars"]}
    of_database = {"name": database["name"], "property": "connectionString"}
    assert variables["INGEST_DATABASE_URL"]["fromDatabase"] == of_database
    assert variables.keys() < {*Settings.variables()}


@pytest.mark.parametrize("of_the_image", [OF_THE_IMAGE, {}], ids=["image", "source"])
def test_the_port_of_a_platform_is_listened_on_at_every_interface(of_the_image: dict[str, str]) -> None:
    settings = Settings.from_environ({**of_the_image, "PORT": "1234"})
    assert (settings.host, settings.port) == ("*", 1234)
    assert Settings.from_environ({**of_the_image, "PORT": "1234", "INGEST_PORT": "80"}).port == 80


def test_fly_sends_requests_to_the_port_that_it_sets() -> None:
    assert FLY["env"]["PORT"] == str(FLY["http_service"]["internal_port"])
    assert FLY["env"].keys() <= {*Settings.variables()}


def test_the_image_declares_no_volume_since_railway_refuses_one() -> None:
    assert "VOLUME" not in [step.word for step in instructions(ROOT / "Dockerfile")]


def test_platforms_run_two_replicas_that_are_never_put_to_sleep_and_ask_whether_they_are_ready() -> None:
    served, (check,) = FLY["http_service"], FLY["http_service"]["checks"]
    (render,) = RENDER["services"]
    assert [served["min_machines_running"], RAILWAY["numReplicas"], render["numInstances"]] == [2, 2, 2]
    assert [check["path"], RAILWAY["healthcheckPath"], render["healthCheckPath"]] == ["/ready"] * 3
    assert served["auto_stop_machines"] == "off"


def test_platforms_ask_the_service_to_stop_and_give_the_calls_in_flight_their_grace() -> None:
    assert FLY["kill_signal"] == "SIGTERM"
    seconds = [FLY["kill_timeout"], RAILWAY["drainingSeconds"], RENDER["services"][0]["maxShutdownDelaySeconds"]]
    assert min(seconds) > GRACE_SECONDS + 2
