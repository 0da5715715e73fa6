"""The command line over TLS, with certificates made for the tests."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.stand_in import INGESTION_ID, StandIn

OPENSSL = shutil.which("openssl")
ASK = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
NAMES = ["-addext", "subjectAltName=IP:127.0.0.1"]
BODY = f'{{"ingestion_id": "{INGESTION_ID}"}}'.encode()

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl makes the certificate")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """Print nothing: the output of the tests stays clean."""


class Secured(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """Print nothing about a client that does not trust it."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([str(OPENSSL), "req", *ASK, *NAMES, *files], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def secured(certificate: Path) -> Iterator[str]:
    """The address of a server that accepts every submission, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server = Secured(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_an_authority_of_the_system_or_of_a_bundle_is_trusted(
    run: Run, secured: str, certificate: Path, variable: str
) -> None:
    result = run(f"submit 1 --url {secured}", **{variable: str(certificate / "cert.pem")})
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{INGESTION_ID}\n", "")


def test_a_certificate_without_a_trusted_authority_is_a_sentence_and_exits_3(run: Run, secured: str) -> None:
    result = run(f"submit 1 --url {secured}")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(f"Error: No secure connection to {secured}: ")
    assert "certificate" in result.stderr
    assert result.stderr.endswith("Name its certificate authority with REQUESTS_CA_BUNDLE if you trust it.\n")
    assert len(result.stderr.splitlines()) == 1


def test_a_service_without_tls_is_a_sentence(run: Run, service: StandIn) -> None:
    result = run(f"submit 1 --url {service.url.replace('http:', 'https:')}")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Error: No secure connection to https://127.0.0.1")


def test_a_bundle_that_does_not_exist_is_wrong_usage(run: Run) -> None:
    result = run("submit 1 --url https://127.0.0.1:1", REQUESTS_CA_BUNDLE="/nonexistent/ca.pem")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: Could not find a suitable TLS CA certificate bundle, invalid path: /nonexistent/ca.pem. "
        "Check REQUESTS_CA_BUNDLE.\n"
    )


def test_a_bundle_without_a_certificate_is_a_sentence(run: Run, secured: str, tmp_path: Path) -> None:
    Path(tmp_path, "ca.pem").write_text("not a certificate")
    result = run(f"submit 1 --url {secured}", REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"))
    assert result.exit_code == 3
    assert result.stderr.startswith(f"Error: No secure connection to {secured}: ")
    assert len(result.stderr.splitlines()) == 1
