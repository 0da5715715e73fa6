"""One service behind nginx with TLS, under a host name of its own and under a path."""

import http.client
import json
import shutil
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.processes.client import HOST, TIMEOUT_SECONDS
from tests.processes.conftest import Start
from tests.processes.nginx import Nginx, before_one

OPENSSL = shutil.which("openssl")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(OPENSSL is None, reason="openssl makes the certificate")]

PREFIXES = {"host.conf": "", "prefix.conf": "/records"}
ASK = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
CLIENTS = 100
# The service keeps a connection for a little longer than nginx does, as with 75 and 60 seconds.
SERVICE_KEEPS, NGINX_KEEPS = 3, 2
# The clients come back at many moments before, between and after both.
IDLE_SECONDS = [1.8 + 1.6 * number / CLIENTS for number in range(CLIENTS)]
SUBMISSION = json.dumps({"ids": [7], "priority": "LOW"}).encode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and its certificate."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [str(OPENSSL), "req", *ASK, "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


Connection = http.client.HTTPSConnection


class Front:
    """nginx in front of a service, as its clients see it; `prefix` is the path of the service there."""

    def __init__(self, nginx: Nginx, prefix: str) -> None:
        self._port, self.prefix = nginx.port, prefix
        self._tls = ssl._create_unverified_context()

    @contextmanager
    def connection(self, source: str = HOST) -> Iterator[Connection]:
        """Yield an open connection from an address of this machine."""
        patience, own = TIMEOUT_SECONDS, (source, 0)
        connection = Connection(HOST, self._port, timeout=patience, context=self._tls, source_address=own)
        with closing(connection):
            connection.connect()
            yield connection

    def ask(self, connection: Connection, path: str, **headers: str) -> bytes:
        """Return the body of the answer to a GET."""
        connection.request("GET", self.prefix + path, headers=headers)
        return connection.getresponse().read()

    def submit(self, connection: Connection, body: bytes = SUBMISSION) -> tuple[int, str]:
        """Return the code of the answer and its Location."""
        connection.request("POST", f"{self.prefix}/ingest", body)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers.get("Location", "")

    def begin(self, connection: Connection, length: int) -> None:
        """Send the head of a submission whose body has this many bytes."""
        connection.putrequest("POST", f"{self.prefix}/ingest")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()


@pytest.fixture(params=PREFIXES)
def front(
    request: pytest.FixtureRequest, start: Start, environ: dict[str, str], tmp_path: Path, certificate: Path
) -> Iterator[Front]:
    environ |= {"INGEST_KEEPALIVE_SECONDS": str(SERVICE_KEEPS)}
    start().until_healthy()
    shorter = {"keepalive_timeout 60s;": f"keepalive_timeout {NGINX_KEEPS}s;"}
    with before_one(tmp_path, request.param, int(environ["INGEST_PORT"]), certificate, shorter) as nginx:
        yield Front(nginx, PREFIXES[request.param])


@pytest.mark.parametrize("name", PREFIXES)
def test_nginx_takes_the_configuration_without_a_warning(name: str, tmp_path: Path, certificate: Path) -> None:
    assert "[warn]" not in before_one(tmp_path, name, 8001, certificate, {}).check()


def test_links_lead_to_the_service_also_below_a_path(front: Front) -> None:
    with front.connection() as connection:
        code, location = front.submit(connection)
        assert (code, location.rpartition("/")[0]) == (200, f"{front.prefix}/status")
        assert json.loads(front.ask(connection, location.removeprefix(front.prefix)))["batches"]
        assert f'href="{front.prefix}/ingestions' in front.ask(connection, "/", Accept="text/html").decode()
        assert json.loads(front.ask(connection, "/"))["links"]["docs"] == f"{front.prefix}/docs"


@pytest.mark.parametrize(("source", "code"), [(HOST, 200), ("127.0.0.2", 403)])
def test_only_networks_that_may_reach_the_service_do(front: Front, source: str, code: int) -> None:
    with front.connection(source) as connection:
        assert front.submit(connection)[0] == code


def test_the_largest_submission_passes(front: Front) -> None:
    largest = json.dumps({"ids": [1_000_000_007] * 1_000_000, "priority": "LOW"}, indent=4).encode()
    assert len(largest) > 19 << 20
    with front.connection() as connection:
        assert front.submit(connection, largest)[0] == 200


def test_a_larger_body_is_refused_before_it_is_sent(front: Front) -> None:
    with front.connection() as connection:
        front.begin(connection, 25 << 20)
        assert connection.getresponse().status == 413


def test_a_body_that_comes_slowly_is_accepted(front: Front) -> None:
    with front.connection() as connection:
        front.begin(connection, len(SUBMISSION))
        for byte in SUBMISSION:
            connection.send(bytes([byte]))
            time.sleep(0.02)
        assert connection.getresponse().status == 200


def codes_of_a_client(front: Front, idle_seconds: float) -> Counter[int]:
    """Submit, and again after this time, on one connection; count the codes of the answers."""
    with front.connection() as connection:
        opened = connection.sock
        codes = Counter([front.submit(connection)[0]])
        time.sleep(idle_seconds)
        codes[front.submit(connection)[0]] += 1
        assert connection.sock is opened, "nginx has closed the connection"
        return codes


def test_clients_that_come_back_after_a_while_never_get_502(front: Front) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        codes = clients.map(partial(codes_of_a_client, front), IDLE_SECONDS)
        assert sum(codes, Counter()) == {200: 2 * CLIENTS}
