"""Ports of the loopback interface for programs that are started later.

Between the choice of a port and the start of the program nothing listens on it. A lock that the choosing process
holds until its end keeps other test runs and benchmarks from the port meanwhile.
"""

import fcntl
import os
import socket
import tempfile
from functools import cache
from pathlib import Path

HOST = "127.0.0.1"
# Below the ports that outgoing connections are given, or a client that calls while a service is down could be
# connected to itself and keep the service from its port.
_FIRST, _BEHIND_LAST = 20_000, 32_000
_LOCKS = Path(tempfile.gettempdir()) / f"ingest-ports-{os.getuid()}.lock"
_reserved: set[int] = set()


def free_port() -> int:
    """Return a port on which nothing listens, and which no other process is given until this one ends."""
    for port in range(_FIRST, _BEHIND_LAST):
        if port not in _reserved and _reserve(port) and _is_free(port):
            return port
    raise RuntimeError("every port is in use")


def _reserve(port: int) -> bool:
    """Lock the byte of this port; such locks belong to the process and end with it."""
    try:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _reserved.add(port)
    return True


@cache
def _locks() -> int:
    """Open the file of the locks, once: closing it would give up all of them."""
    return os.open(_LOCKS, os.O_RDWR | os.O_CREAT, 0o600)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
