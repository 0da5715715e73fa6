"""The steps of the Dockerfile, executed without a container engine, and the service that comes of them."""

import os
import signal
import subprocess
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import pytest

from benchmarks.ports import free_port
from tests.packaging.dockerfile import copy_context, instructions
from tests.packaging.image import Base, Namespace, Stage, build
from tests.processes.client import Client
from tests.processes.running import ROOT
from tests.processes.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The last stage, with a root that is read-only but for the volume and /tmp."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("only root may mount the stages, and not in every container")
    context, python = tmp_path_factory.mktemp("context"), tmp_path_factory.mktemp("python")
    copy_context(ROOT, context)
    venv.create(python, with_pip=True)
    with Namespace(tmp_path_factory.mktemp("image")) as namespace:
        stage = build(instructions(ROOT / "Dockerfile"), namespace, Base(context, python))
        stage.make_read_only("/data")
        yield stage


class Container:
    """The command of an image as process 1 of its own, with these variables; it never outlives the block."""

    def __init__(self, image: Stage, environ: Mapping[str, str]) -> None:
        self._image, self._environ = image, environ

    def __enter__(self) -> Self:
        command = self._image.inside(
            self._image.command, self._environ, "unshare", "--pid", "--fork", "--kill-child"
        )
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def is_healthy(self, **environ: str) -> bool:
        """Return what the health check of the image says."""
        check = self._image.inside(self._image.health, {**self._environ, **environ})
        return subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode == 0

    def stop(self) -> tuple[int, str]:
        """Send SIGTERM to process 1, and return its exit code and all that it has printed."""
        own = self._process.pid
        (first,) = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        os.kill(int(first), signal.SIGTERM)
        _, printed = self._process.communicate(timeout=PATIENCE_SECONDS)
        return self._process.returncode, printed


def test_the_image_serves_at_the_port_of_a_platform_knows_its_health_and_stops_as_process_1(image: Stage) -> None:
    port = free_port()
    with Container(image, {"PORT": str(port)}) as container, Client(port) as client:
        assert not container.is_healthy()
        eventually(client.healthy)
        client.submit([1, 2, 3], "HIGH")
        assert container.is_healthy(http_proxy="http://127.0.0.1:9")
        code, printed = container.stop()
    assert code == 0, printed
    assert f"listening on http://[::]:{port} (IPv4 and IPv6)" in printed


def test_the_image_runs_as_a_user_without_rights_who_may_write_to_the_volume_only(image: Stage) -> None:
    assert image.user == "10001:10001"
    write = "touch /data/x /tmp/x && ! touch /x /opt/ingest-service/x 2> /dev/null"
    assert subprocess.run(image.inside(["sh", "-c", write], {}), check=False).returncode == 0


def test_the_image_can_speak_to_postgresql_and_has_nothing_that_built_it(image: Stage) -> None:
    assert subprocess.run(image.inside(["python", "-c", "import psycopg"], {}), check=False).returncode == 0
    hatchling = ["python", "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('hatchling') is not None)"]
    assert subprocess.run(image.inside(hatchling, {}), check=False).returncode == 0
