"""Requests that web pages of other origins make, and requests for other hosts."""

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, request

from ingest_service.web.http.cors import ANY_ORIGIN
from ingest_service.web.http.errors import ForeignOrigin, MisdirectedRequest

READING = {"GET", "HEAD", "OPTIONS"}
FOREIGN = {"cross-site", "same-site"}
# Probes ask by the address; what they are answered is no secret.
FOR_EVERY_HOST = {"/health", "/ready"}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def guard_changes(app: Flask, origins: Collection[str]) -> None:
    """Refuse what would change something and comes from a page of another origin than these and our own.

    Browsers send a plain POST of any page without asking first.
    """
    allowed = {origin.lower() for origin in origins}

    @app.before_request
    def refuse() -> None:
        if request.method not in READING and ANY_ORIGIN not in allowed and _is_foreign(allowed):
            raise ForeignOrigin(request.headers.get("Origin", "another origin"))


def guard_hosts(app: Flask, hosts: Collection[str]) -> None:
    """Refuse requests for other hosts than these (lower case, without brackets and ports); none: allow all.

    Without it, a page under a name of an attacker that leads here has our own origin (DNS rebinding).
    """
    if not hosts:
        return

    @app.before_request
    def refuse() -> None:
        if _without_port(request.host) not in hosts and request.path not in FOR_EVERY_HOST:
            raise MisdirectedRequest(request.host)


def is_plain_host(host: str, hosts: Collection[str]) -> bool:
    """Return whether a `Host` header has one of these names, and at most a port behind it."""
    return host.lower().rstrip("0123456789").removesuffix(":") in hosts or host.lower() in hosts


def _is_foreign(allowed: Collection[str]) -> bool:
    origin = request.headers.get("Origin", "").lower()
    if origin in allowed:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site.strip().lower() in FOREIGN
    return bool(origin) and _host_of(origin) not in _own_hosts(origin)


def _host_of(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))


def _own_hosts(origin: str) -> set[str]:
    """Return the hosts that we are asked as; a page cannot set X-Forwarded-Host without being asked first."""
    forwarded = request.headers.get("X-Forwarded-Host", "").rpartition(",")[2].strip()
    port = _DEFAULT_PORTS.get(origin.partition(":")[0], "")
    return {host.lower().removesuffix(port) for host in (request.host, forwarded) if host}


def _without_port(host: str) -> str:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name.lower().removesuffix(".").strip("[]")
