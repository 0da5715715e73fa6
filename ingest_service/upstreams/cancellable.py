"""HTTP calls that another thread can cut off, and that know when they were sent."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ProtocolError


class CancellableCall:
    """One call, from its first thought to its end. `now` reads the clock; times are nanoseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._cut = False
        self._sending = False
        self._sent: int | None = None
        self._begun = now()

    @property
    def started(self) -> int:
        """The latest time at which the upstream may have seen it begin, as far as is known now."""
        if self._sent is not None:
            return self._sent
        return self._now() if self._sending else self._begun

    def cancel(self) -> None:
        """Let it fail at once where it is, or before it sends anything. Any thread."""
        with self._lock:
            self._cut = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not that of an SSLSocket, which for a moment would send what it is given as it is.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def bind(self, connected: socket.socket) -> None:
        """Note that it is about to be sent. Raises ProtocolError if it has been cut off."""
        with self._lock:
            if self._cut:
                raise ProtocolError("cut off")
            self._socket = connected
            self._sending = True

    def mark_sent(self) -> None:
        """Note that all of it has been handed to the system."""
        self._sent = self._now()

    def unbind(self) -> None:
        """Note that its connection is not its own any more."""
        with self._lock:
            self._socket = None


_here = threading.local()


def of_this_thread(call: CancellableCall) -> None:
    """Let the next request of this thread be this call."""
    _here.call = call


class _NotedConnection(HTTPConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request as the call of this thread."""
        call: CancellableCall = _here.call
        if self.sock is None:
            self.connect()
        call.bind(self.sock)
        super().request(*args, **kwargs)
        call.mark_sent()


class _NotedSecureConnection(_NotedConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _NotedConnection

    def _put_conn(self, conn: Any) -> None:
        """Let go of a connection whose call is over, and close it (see HttpUpstream)."""
        call: CancellableCall = _here.call
        call.unbind()
        if conn is not None:
            conn.close()


class _SecurePool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _NotedSecureConnection


class CancellableAdapter(HTTPAdapter):
    """The transport of requests, with a pool of connections that note their calls."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools of this adapter make such connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Let the pools through a proxy make such connections too."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager
