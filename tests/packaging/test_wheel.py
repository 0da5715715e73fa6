"""The wheel is enough: for the command line alone, and for the server."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.serving import serving
from tests.packaging.clean_venv import CleanVenv, needed
from tests.processes.client import Client
from tests.processes.running import Running, settings

pytestmark = pytest.mark.slow
OF_THE_SERVER = {"flask", "flask-cors", "flask-swagger-ui", "prometheus-client", "pydantic", "waitress"}


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> CleanVenv:
    """An environment with the wheel and without extras."""
    environment = CleanVenv(tmp_path_factory.mktemp("alone") / "venv")
    environment.install(wheel)
    return environment


@pytest.fixture(scope="module")
def with_server(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> CleanVenv:
    """An environment with the wheel and the extra `server`."""
    environment = CleanVenv(tmp_path_factory.mktemp("server") / "venv")
    environment.install(wheel, "server")
    return environment


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a service."""
    with serving(tmp_path) as address:
        yield address


def test_the_command_line_alone_needs_no_package_of_the_server(wheel: Path) -> None:
    assert needed(wheel) & OF_THE_SERVER == set()
    assert needed(wheel, "server") >= OF_THE_SERVER
    assert needed(wheel, "postgres") >= OF_THE_SERVER | {"psycopg", "psycopg-binary"}


def test_the_command_line_alone_submits_and_watches(alone: CleanVenv, served: str) -> None:
    assert alone.run("ingestctl", "--version", INGEST_URL=served).stdout.startswith(
        f"ingestctl, version {version('ingest-service')}\n"
    )
    watched = alone.run("ingestctl", "submit", "--watch", "1-3", INGEST_URL=served)
    assert (watched.returncode, watched.stderr) == (0, ""), watched
    assert "completed" in watched.stdout


def test_the_client_and_the_fake_upstream_need_no_package_of_the_server(alone: CleanVenv) -> None:
    assert alone.run("python", "-c", "from ingestctl import Client; Client('http://localhost')").returncode == 0
    assert "--fail-rate" in alone.run("ingest-fake-upstream", "--help").stdout


@pytest.mark.parametrize("command", [["ingest-service"], ["python", "-m", "ingest_service"]], ids=" ".join)
def test_a_server_without_its_packages_says_what_to_install(alone: CleanVenv, command: list[str]) -> None:
    refused = alone.run(*command)
    assert (refused.returncode, refused.stdout) == (1, "")
    (sentence,) = refused.stderr.splitlines()
    assert sentence.startswith("ingest_service: the packages of the server are missing, such as ")
    assert sentence.endswith(': pip install "ingest-service[server]"')


@pytest.mark.parametrize("command", [["ingest-service"], ["python", "-m", "ingest_service"]], ids=" ".join)
def test_the_installed_server_serves_with_its_pages_and_stops(
    with_server: CleanVenv, command: list[str], tmp_path: Path
) -> None:
    environ = settings(tmp_path)
    words = [str(with_server.programs / command[0]), *command[1:]]
    port = int(environ["INGEST_PORT"])
    with Running(words, environ, tmp_path / "log", tmp_path) as running, Client(port) as client:
        running.until_healthy()
        assert client.ask("GET", "/health").content["version"] == version("ingest-service")
        assert client.status(client.submit([1, 2], "HIGH"))["status"] == "yet_to_start"
        client.connection.request("GET", "/", headers={"Accept": "text/html"})
        assert b"board.js" in client.connection.getresponse().read()
        assert running.stop() == 0
