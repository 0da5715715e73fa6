"""Sockets that listen on the address of the settings."""

import errno
import socket
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from ingest_service.environment import EVERY_INTERFACE

_ANY_IPV4 = "0.0.0.0"  # noqa: S104 - only where the settings ask for every interface
_ANY_IPV6 = "::"
# Names may lead to addresses of a family that this machine does not have.
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
# On Windows, SO_REUSEADDR would let two processes listen on one port.
_REUSE = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)

# A family, and an address of it as sockets have it.
_Address = tuple[int, tuple[Any, ...]]


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen on every address of a host that this machine has, all on one port.

    EVERY_INTERFACE and `::` are one socket for IPv4 and IPv6, where the machine has both. Raises OSError.
    """
    both = host in (EVERY_INTERFACE, _ANY_IPV6) and socket.has_dualstack_ipv6()
    name = _ANY_IPV6 if both else host.replace(EVERY_INTERFACE, _ANY_IPV4)
    with ExitStack() as opened:
        sockets = _those_here(_addresses(name, port), opened, both=both)
        opened.pop_all()
        return sockets


def _those_here(addresses: list[_Address], opened: ExitStack, *, both: bool) -> list[socket.socket]:
    """Listen on those addresses that this machine has, and on the port that the first one got."""
    sockets: list[socket.socket] = []
    missing = OSError("the name has no address")
    for family, (host, wanted, *rest) in addresses:
        port = wanted or (sockets[0].getsockname()[1] if sockets else 0)
        try:
            sockets.append(opened.enter_context(_listening(family, (host, port, *rest), both=both)))
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
            missing = error
    if not sockets:
        raise missing
    return sockets


def _addresses(host: str, port: int) -> list[_Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listening(family: int, address: tuple[Any, ...], *, both: bool) -> socket.socket:
    with ExitStack() as opened:
        listening = opened.enter_context(socket.socket(family, socket.SOCK_STREAM))
        listening.setsockopt(socket.SOL_SOCKET, _REUSE, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        listening.bind(address)
        listening.listen()
        opened.pop_all()
        return listening


def described(addresses: Iterable[tuple[str, int]]) -> str:
    """Return the URLs of addresses; that of every interface says what it includes."""
    return " and ".join(map(_url, addresses))


def _url(address: tuple[str, int]) -> str:
    host, port = address
    if host == _ANY_IPV6:
        return f"http://[{host}]:{port} ({'IPv4 and IPv6' if socket.has_dualstack_ipv6() else 'IPv6 only'})"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
