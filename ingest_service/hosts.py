"""The hosts and the origins of web pages that settings name. Functions raise ValueError with what is allowed."""

import re
from ipaddress import ip_address

from ingest_service.environment import EVERY_INTERFACE

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)


def listening_host(host: str) -> str:
    """Return the host to listen on, an IPv6 address without brackets."""
    if host != EVERY_INTERFACE and not _is_host(host):
        raise ValueError("it should be a host name or an address, without a port and without blanks")
    return host.strip("[]")


def hosts_of(text: str) -> list[str]:
    """Return the hosts in a list with commas, in small letters."""
    hosts = [host.strip().lower() for host in text.split(",")]
    if not all(map(_is_host, hosts)):
        raise ValueError("it should be host names like ingest.example.com, without ports, separated by commas")
    return [host.strip("[]") for host in hosts]


def origins_of(text: str) -> list[str]:
    """Return the origins in a list with commas."""
    origins = [origin.strip() for origin in text.split(",")]
    if origins != ["*"] and not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("it should be * or origins like https://app.example.com, separated by commas")
    return origins


def _is_host(text: str) -> bool:
    """Return True for a name, an IPv4 or an IPv6 address; the latter may be in brackets and have a zone."""
    address = text.removeprefix("[").removesuffix("]") if text.startswith("[") == text.endswith("]") else text
    try:
        return ip_address(address).version == 6 or address == text
    except ValueError:
        return _HOST.fullmatch(text) is not None
