"""HTTP calls that another thread can cancel, and the latest time at which the upstream can have seen each.

A call is paced from the moment at which it was handed to the system, where the system proves that it arrived then.
Otherwise it is paced from the first moment at which nothing of it can arrive any more: its answer, or its end,
for a call without an answer is reset, so that the system delivers nothing of it later.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ProtocolError

from ingest_service.upstreams.delivery import Delivery, arrived_when_sent, is_reported, read_delivery

# `struct linger`. With it a close, or the kill of the process, sends a reset and drops what is not delivered yet.
_RESET_ON_CLOSE = struct.pack("@ii", 1, 0)
_DELIVER_ON_CLOSE = struct.pack("@ii", 0, 0)


class CancellableCall:
    """An upstream call that another thread can cancel. `now` reads the clock; times are nanoseconds.

    `is_too_late` is asked once, right before it is sent. `cancel` and `started` belong to any thread, the rest to
    the thread that makes the call. Where the system does not report deliveries, an answered call counts from when
    it was sent: the guard covers a packet sent again.
    """

    def __init__(
        self,
        now: Callable[[], int],
        is_too_late: Callable[[], bool] = lambda: False,
        reported: bool = is_reported(),
    ) -> None:
        self._now = now
        self._is_too_late = is_too_late
        self._reported = reported
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._cancelled = False
        self._is_bound = False
        self._came_too_late = False
        self._begun = now()
        self._sent: int | None = None
        self._delivery_when_sent: Delivery | None = None
        self._seen: int | None = None

    @property
    def is_bound(self) -> bool:
        """True if something of it may have been sent."""
        return self._is_bound

    @property
    def came_too_late(self) -> bool:
        """True if it was not sent because it was too late when it was connected."""
        return self._came_too_late

    @property
    def started(self) -> int:
        """The latest time at which the upstream can have seen it begin, as far as is known now."""
        if self._seen is not None:
            return self._seen
        return self._now() if self._is_bound else self._begun

    def cancel(self) -> None:
        """Let it fail at once where it is, or before it sends anything."""
        with self._lock:
            self._cancelled = True
            if self._socket is not None:
                self._note_proof(self._socket)
                with suppress(OSError):
                    # Not that of an SSLSocket, which for a moment would send what it is given as it is.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def bind(self, connected: socket.socket) -> None:
        """Note that it is about to be sent. Raises ProtocolError if it has been cancelled or is too late."""
        with self._lock:
            if self._cancelled:
                raise ProtocolError("cancelled")
            if self._is_too_late():
                self._came_too_late = True
                raise ProtocolError("too late")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._socket = connected
            self._is_bound = True

    def mark_sent(self) -> None:
        """Note that all of it has been handed to the system."""
        self._sent = self._now()
        if self._socket is not None:
            self._delivery_when_sent = read_delivery(self._socket)

    def mark_answered(self) -> None:
        """Note that its answer has begun, so that it cannot arrive later than now."""
        with self._lock:
            if self._socket is None or self._cancelled:
                return
            self._note_proof(self._socket)
            if self._seen is None:
                self._seen = self._now() if self._reported or self._sent is None else self._sent
            delivery = read_delivery(self._socket)
            if delivery is None or delivery.is_complete:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DELIVER_ON_CLOSE)

    def mark_closing(self) -> None:
        """Note that its connection is about to be closed, with an answer or without."""
        with self._lock:
            if self._socket is not None and not self._cancelled:
                self._note_proof(self._socket)

    def mark_ended(self) -> None:
        """Note that its connection is closed: nothing of it can arrive later than now."""
        with self._lock:
            if self._is_bound and self._seen is None:
                self._seen = self._now()

    def unbind(self) -> None:
        """Note that its connection is not its own any more."""
        with self._lock:
            self._socket = None

    def _note_proof(self, connection: socket.socket) -> None:
        """Note that it was seen when it was sent, if the connection proves that now and nothing is known yet."""
        if self._seen is None and arrived_when_sent(self._delivery_when_sent, read_delivery(connection)):
            self._seen = self._sent


_here = threading.local()


def of_this_thread(call: CancellableCall) -> None:
    """Let the next request of this thread be this call."""
    _here.call = call


class _NotedConnection(HTTPConnection):
    _call: CancellableCall | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request as the call of this thread."""
        call: CancellableCall = _here.call
        if self.sock is None:
            self.connect()
        self._call = call
        super().request(*args, **kwargs)
        call.mark_sent()

    def send(self, data: Any) -> None:
        """Send bytes to a proxy, or a request; that only if its call is neither cancelled nor too late by now."""
        if self._call is not None and not self._call.is_bound:
            self._call.bind(self.sock)
        super().send(data)

    def getresponse(self) -> Any:
        """Read the head of the answer."""
        response = super().getresponse()
        if self._call is not None:
            self._call.mark_answered()
        return response

    def close(self) -> None:
        """Close the connection; what the system knows of the call is lost with it."""
        if self._call is not None:
            self._call.mark_closing()
        super().close()


class _NotedSecureConnection(_NotedConnection, HTTPSConnection):
    trust: Callable[[], ssl.SSLContext]

    def connect(self) -> None:
        """Connect, and trust the authorities that are to be trusted."""
        self.ssl_context = self.trust()
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _NotedConnection

    def _put_conn(self, conn: Any) -> None:
        """Let go of a connection whose call is over, and close it (see HttpUpstream)."""
        call: CancellableCall = _here.call
        call.unbind()
        if conn is not None:
            conn.close()


def _secure_pool(trust: Callable[[], ssl.SSLContext]) -> type[HTTPSConnectionPool]:
    """Return the class of pools whose connections trust these authorities."""
    connection = type("_TrustingConnection", (_NotedSecureConnection,), {"trust": staticmethod(trust)})
    return type("_SecurePool", (_Pool, HTTPSConnectionPool), {"ConnectionCls": connection})


class CancellableAdapter(HTTPAdapter):
    """The transport of requests, with a pool of connections that note their calls.

    `trust` makes the context of each connection over TLS; nothing else says which authorities are trusted.
    """

    def __init__(self, trust: Callable[[], ssl.SSLContext]) -> None:
        self._trust = trust
        self._pools = {"http": _Pool, "https": _secure_pool(trust)}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools of this adapter make such connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Let the pools through a proxy make such connections too."""
        if proxy.startswith("https://"):
            kwargs["proxy_ssl_context"] = self._trust()
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Read no certificates: the context has them, and reading them takes longer than a call."""
