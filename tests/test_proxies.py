"""The examples for nginx and Caddy fit the defaults of the service."""

import re
from ipaddress import ip_address, ip_network
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


def test_files_for_one_nginx_have_upstreams_of_their_own() -> None:
    names = [re.findall(r"upstream (\w+) {", (DEPLOY / name).read_text()) for name in NGINX]
    assert len({name for (name,) in names}) == len(NGINX)


@pytest.mark.parametrize("name", ["nginx/host.conf", "nginx/prefix.conf"])
def test_nginx_lets_private_networks_in_and_no_others(name: str) -> None:
    before, *_ = (DEPLOY / name).read_text().partition("deny all;")
    networks = [ip_network(allowed) for allowed in re.findall(r"allow (\S+);", before)]
    for address in ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.1.2", "::1", "fd00::7"]:
        assert any(ip_address(address) in network for network in networks), address
    for address in ["127.0.0.2", "11.0.0.1", "172.32.0.1", "192.169.0.1", "203.0.113.7", "2001:db8::7"]:
        assert not any(ip_address(address) in network for network in networks), address


def test_caddy_refuses_strangers_in_the_block_that_passes_requests_on() -> None:
    """Of the directives of one block Caddy takes `respond` before `reverse_proxy`, but after `handle_path`."""
    passing = [block for block in caddy_blocks() if any(line.startswith("import ") for line in block)]
    assert len(passing) == 2
    for block in passing:
        assert "@outside not remote_ip private_ranges" in block
        assert "respond @outside 403" in block


def test_caddy_puts_the_prefix_of_each_site_into_the_header() -> None:
    text = (DEPLOY / CADDY).read_text()
    assert 'header_up X-Forwarded-Prefix "{args[0]}"' in text
    assert re.findall(r"import ingest_service (\S+)", text) == ['""', "/records"]


def caddy_blocks() -> list[list[str]]:
    """Return the lines of each block, without those of the blocks inside of it."""
    blocks: list[list[str]] = []
    opened: list[list[str]] = []
    for line in map(str.strip, (DEPLOY / CADDY).read_text().splitlines()):
        if line.endswith("{"):
            opened.append([])
            blocks.append(opened[-1])
        elif line == "}":
            opened.pop()
        elif line and opened:
            opened[-1].append(line)
    return blocks
