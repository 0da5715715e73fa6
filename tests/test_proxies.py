"""The examples for nginx and Caddy fit the defaults of the service."""

import re
from pathlib import Path

import pytest

from ingest_service.config import Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
DEFAULTS = Settings.from_environ({})
NGINX = ["nginx/host.conf", "nginx/prefix.conf", "nginx/replicas.conf"]
CADDY = "caddy/Caddyfile"


def found(name: str, pattern: str) -> int:
    """Return the number that a pattern finds in the first place of a file."""
    match = re.search(pattern, (DEPLOY / name).read_text())
    assert match is not None, f"{name} has no {pattern}"
    return int(match[1])


@pytest.mark.parametrize("name", NGINX)
def test_nginx_takes_what_the_service_takes_and_lets_its_connections_go_first(name: str) -> None:
    most = found(name, r"client_max_body_size (\d+)m;") << 20
    assert DEFAULTS.max_body <= most < DEFAULTS.max_body * 1.1
    assert found(name, r"keepalive \d+;\n\s+keepalive_timeout (\d+)s;") < DEFAULTS.keepalive_seconds


def test_caddy_takes_what_the_service_takes_and_lets_its_connections_go_first() -> None:
    most = found(CADDY, r"max_size (\d+)MB") * 1_000_000
    assert DEFAULTS.max_body <= most < DEFAULTS.max_body * 1.1
    assert found(CADDY, r"keepalive (\d+)s") < DEFAULTS.keepalive_seconds


@pytest.mark.parametrize("name", ["nginx/host.conf", "nginx/prefix.conf", CADDY])
def test_a_proxy_with_a_name_in_public_speaks_to_the_service_of_its_machine_and_keeps_strangers_out(
    name: str,
) -> None:
    text = (DEPLOY / name).read_text()
    assert f"127.0.0.1:{DEFAULTS.port}" in text
    assert "deny all;" in text or "respond @outside 403" in text
