"""The health check of a container asks the service of its own machine."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from ingest_service.config import Settings
from ingest_service.errors import SettingError
from ingest_service.probe import address


class Healthy(BaseHTTPRequestHandler):
    """Answers that it is well, but for /ready."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    """Return the port of a server that is healthy, and not ready."""
    with HTTPServer(("localhost", 0), Healthy) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def probe(*arguments: str, **environ: str) -> tuple[int, str]:
    """Return the exit code of a health check, and what it prints."""
    command = [sys.executable, "-m", "ingest_service.probe", *arguments]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stderr


def test_a_service_that_answers_200_is_healthy_whatever_proxies_are_set(port: int) -> None:
    proxies = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    assert probe(INGEST_PORT=str(port), **proxies) == (0, "")


def test_another_answer_is_not_healthy_and_is_named(port: int) -> None:
    assert probe("/ready", PORT=str(port)) == (1, f"localhost:{port} answers /ready with 503\n")


def test_no_answer_is_not_healthy_and_the_reason_is_named() -> None:
    code, printed = probe(INGEST_PORT="1")
    assert code == 1
    assert printed.startswith("localhost:1 does not answer: ")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"PORT": "5000"},
        {"PORT": "5000", "INGEST_PORT": "80"},
        {"PORT": "5000", "INGEST_PORT": "tcp://10.96.0.17:8000"},
        {"INGEST_HOST": "192.0.2.7"},
        {"INGEST_HOST": "[2001:db8::7]", "PORT": ""},
    ],
)
def test_it_asks_where_the_service_listens(environ: dict[str, str]) -> None:
    settings = Settings.from_environ(environ)
    host = "localhost" if settings.host == "*" else settings.host
    assert address(environ) == (host, settings.port)


@pytest.mark.parametrize("value", ["0", "0080", "65535", "65536", "-1", "80.0", " 80", "8_0", "٨٠", "1" * 5000])
def test_it_reads_a_port_by_the_rule_of_the_settings(value: str) -> None:
    environ = {"INGEST_PORT": value}
    try:
        port = Settings.from_environ(environ).port
    except SettingError as refused:
        with pytest.raises(ValueError, match=str(refused).rpartition(": ")[2]):
            address(environ)
    else:
        assert address(environ) == ("localhost", port)


@pytest.mark.parametrize("name", ["INGEST_PORT", "PORT"])
@pytest.mark.parametrize("value", ["abc", "80.0"])
def test_a_port_that_the_settings_refuse_is_not_healthy_and_is_one_sentence(name: str, value: str) -> None:
    sentence = f"{name} is not allowed: it should be a number from 0 to 65535, in digits\n"
    assert probe(**{name: value}) == (1, sentence)


def test_a_probe_imports_nothing_that_takes_long() -> None:
    program = "import sys, ingest_service.probe; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("host", ["*", "0.0.0.0", "::", "[::]"])
def test_a_service_on_every_interface_is_asked_on_this_machine(host: str) -> None:
    assert address({"INGEST_HOST": host}) == ("localhost", 8000)
