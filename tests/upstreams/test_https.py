"""The same calls over TLS, with a certificate made for the tests."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest_service.domain.ledger import NOT_CALLED
from ingest_service.upstreams.certificates import Trust
from tests.upstreams.calling import (
    GOOD_RESPONSE,
    MOMENT,
    PATIENCE,
    PROCESSED,
    SOON,
    TOO_LATE,
    Abandoned,
    SteppedClock,
    Stopwatch,
    http_upstream,
    listening,
)

OPENSSL = shutil.which("openssl")
ASK = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
NAMES = ["-addext", "subjectAltName=IP:127.0.0.1"]

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and its certificate for 127.0.0.1."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [str(OPENSSL), "req", *ASK, *NAMES, "-keyout", str(path), "-out", str(path) + ".crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def secured(connection: socket.socket, certificate: Path) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    connection.settimeout(PATIENCE)
    return context.wrap_socket(connection, server_side=True)


def secure(url: str) -> str:
    return url.replace("http:", "https:")


@pytest.mark.usefixtures("_trusted")
def test_a_call_over_tls_is_read_like_any_other(certificate: Path) -> None:
    def answer(connection: socket.socket) -> None:
        with secured(connection, certificate) as peer:
            peer.recv(65_536)
            peer.sendall(GOOD_RESPONSE)
            peer.recv(1)

    with listening(answer) as url:
        assert http_upstream(secure(url)).fetch(5, None).answer == PROCESSED


@pytest.mark.usefixtures("_trusted")
def test_a_call_over_tls_that_hangs_is_cut_off(certificate: Path) -> None:
    def hang(connection: socket.socket) -> None:
        with secured(connection, certificate) as peer:
            while peer.recv(65_536):
                pass

    stopwatch = Stopwatch()
    with listening(hang) as url:
        assert http_upstream(secure(url), 3 * MOMENT).fetch(5, None).answer.error is not None
    assert stopwatch.seconds < SOON


@pytest.mark.usefixtures("_trusted")
def test_nothing_of_a_request_over_tls_that_is_cut_off_on_its_way_is_delivered_later(certificate: Path) -> None:
    abandoned = Abandoned(lambda connection: secured(connection, certificate))
    with listening(abandoned.converse) as url:
        abandoned.send_to(secure(url))
    assert abandoned.broke_off


@pytest.mark.usefixtures("_trusted")
def test_a_call_whose_handshake_ends_too_late_is_never_sent(certificate: Path) -> None:
    given_up = threading.Event()
    received: list[bytes] = []

    def shake_hands_late(connection: socket.socket) -> None:
        assert given_up.wait(PATIENCE)
        with secured(connection, certificate) as peer:
            received.append(peer.recv(65_536))

    with listening(shake_hands_late) as url:
        assert http_upstream(secure(url), MOMENT).fetch(5, None).answer == TOO_LATE
        given_up.set()
    assert received == [b""]


@pytest.mark.usefixtures("_trusted")
def test_a_call_whose_fence_passes_during_the_handshake_is_never_sent(certificate: Path) -> None:
    clock = SteppedClock(6)
    received: list[bytes] = []

    def shake_hands(connection: socket.socket) -> None:
        clock.stands_at = 7
        with secured(connection, certificate) as peer:
            received.append(peer.recv(65_536))

    with listening(shake_hands) as url:
        assert http_upstream(secure(url), clock=clock).fetch(5, 7) == NOT_CALLED
    assert received == [b""]


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize(("fence", "first_bytes"), [(6, b"GET "), (7, b"")])
def test_a_call_through_a_tunnel_is_sent_only_if_its_fence_has_not_passed_when_that_is_up(
    certificate: Path, fence: int, first_bytes: bytes
) -> None:
    clock = SteppedClock(0)
    received: list[bytes] = []

    def lead_through(connection: socket.socket) -> None:
        assert connection.recv(65_536).startswith(b"CONNECT 127.0.0.1:443 ")
        clock.stands_at = fence
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with secured(connection, certificate) as peer:
            received.append(peer.recv(4))

    with listening(lead_through) as url:
        proxy = url.partition("/items")[0]
        ours = http_upstream("https://127.0.0.1/{id}", clock=clock, proxy=proxy)
        assert ours.fetch(5, 7).was_made is bool(first_bytes)
    assert received == [first_bytes]


def answer_once(certificate: Path) -> Callable[[socket.socket], None]:
    """Return a conversation of one good answer over TLS."""

    def answer(connection: socket.socket) -> None:
        with secured(connection, certificate) as peer:
            peer.recv(65_536)
            peer.sendall(GOOD_RESPONSE)
            peer.recv(1)

    return answer


def test_an_authority_that_the_system_trusts_is_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with listening(answer_once(certificate)) as url:
        assert http_upstream(secure(url)).fetch(5, None).answer == PROCESSED


@pytest.mark.usefixtures("_trusted")
def test_where_openssl_finds_no_authorities_the_system_is_asked_for_each_connection(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    trust = Trust(os.environ)
    assert trust() is not trust()
    with listening(answer_once(certificate)) as url:
        assert http_upstream(secure(url)).fetch(5, None).answer == PROCESSED


def test_one_context_serves_all_connections_and_is_read_once(certificate: Path) -> None:
    trust = Trust({"CURL_CA_BUNDLE": str(certificate)})
    context = trust()
    assert trust() is context
    assert "localhost" in str([found["subject"] for found in context.get_ca_certs()])


def test_an_untrusted_certificate_is_a_sentence(certificate: Path) -> None:
    def refuse(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            secured(connection, certificate)

    with listening(refuse) as url:
        answer = http_upstream(secure(url)).fetch(5, None).answer
    assert answer.error is not None
    assert answer.error.startswith("no answer: ")
    assert "certificate" in answer.error
