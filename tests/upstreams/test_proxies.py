"""The proxy that the environment names for the upstream."""

import socket

import pytest

from ingest_service.app import build_service
from ingest_service.config import Settings
from ingest_service.errors import SettingError
from ingest_service.upstreams.proxies import proxy_of
from tests.upstreams.calling import GOOD_RESPONSE, PROCESSED, http_upstream, listening

HTTP = "http://api.example.com/items/{id}"
HTTPS = "https://api.example.com/items/{id}"
PROXY = "http://user:s3cret@proxy.example.com:3128"
SOCKS = "socks5://user:s3cret@proxy.example.com:1080"


def test_the_usual_variables_name_the_proxy_and_small_letters_come_first() -> None:
    assert proxy_of(HTTP, {}) is None
    assert proxy_of(HTTP, {"HTTP_PROXY": PROXY}) == PROXY
    assert proxy_of(HTTPS, {"HTTP_PROXY": PROXY}) is None
    assert proxy_of(HTTPS, {"ALL_PROXY": PROXY}) == PROXY
    assert (
        proxy_of(HTTPS, {"HTTPS_PROXY": "http://other", "https_proxy": PROXY, "ALL_PROXY": "http://all"}) == PROXY
    )
    assert proxy_of(HTTP, {"http_proxy": "proxy.example.com:3128"}) == "http://proxy.example.com:3128"


@pytest.mark.parametrize(
    "no_proxy", ["api.example.com", "example.com", ".example.com", "localhost, api.example.com", "*"]
)
def test_hosts_that_need_no_proxy_are_called_without_one(no_proxy: str) -> None:
    assert proxy_of(HTTP, {"HTTP_PROXY": PROXY, "NO_PROXY": no_proxy}) is None
    assert proxy_of("http://api.example.org/{id}", {"HTTP_PROXY": PROXY, "NO_PROXY": "example.com"}) == PROXY


@pytest.mark.parametrize(
    "host", ["localhost", "api.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_never_called_through_a_proxy(host: str) -> None:
    for proxy in (PROXY, SOCKS):
        assert proxy_of(f"http://{host}:9000/items/{{id}}", {"HTTP_PROXY": proxy, "ALL_PROXY": proxy}) is None


@pytest.mark.parametrize(
    "proxy", [SOCKS, "socks5h://proxy:1080", "socks4://proxy", "ftp://proxy", "http://", "http://proxy:s3cret"]
)
@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"])
def test_a_proxy_that_cannot_be_used_is_refused_without_its_password(name: str, proxy: str) -> None:
    with pytest.raises(SettingError) as caught:
        proxy_of(HTTPS, {name: proxy})
    assert str(caught.value) == (
        f"{name.upper()} names a proxy that cannot be used for the upstream: it should begin with http:// or "
        "https://, for SOCKS is not supported; NO_PROXY names the hosts that need no proxy"
    )


def test_a_proxy_that_is_not_used_is_not_refused() -> None:
    assert proxy_of(HTTPS, {"ALL_PROXY": SOCKS, "HTTPS_PROXY": PROXY}) == PROXY
    assert proxy_of(HTTPS, {"HTTP_PROXY": SOCKS, "FTP_PROXY": SOCKS}) is None
    assert proxy_of(HTTPS, {"ALL_PROXY": SOCKS, "NO_PROXY": "api.example.com"}) is None


def test_calls_go_through_the_proxy() -> None:
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(65_536))
        connection.sendall(GOOD_RESPONSE)

    with listening(answer) as url:
        proxy = url.partition("/items")[0]
        assert http_upstream(HTTP, proxy=proxy).fetch(5, None).answer == PROCESSED
    assert heard[0].startswith(b"GET http://api.example.com/items/5 HTTP/1.1\r\n")


def test_without_an_upstream_no_proxy_is_looked_at() -> None:
    build_service(Settings.from_environ({}), environ={"ALL_PROXY": SOCKS})
    with pytest.raises(SettingError, match="ALL_PROXY names a proxy"):
        build_service(Settings.from_environ({"INGEST_UPSTREAM_URL": HTTPS}), environ={"ALL_PROXY": SOCKS})
