"""Evidence of the system that a request arrived when it was sent."""

import socket
import struct
import sys
from dataclasses import dataclass
from typing import Protocol

# In `struct tcp_info` of Linux: tcpi_unacked, tcpi_total_retrans, tcpi_notsent_bytes and tcpi_data_segs_out.
_UNACKED, _RETRANSMITTED, _UNSENT, _SENT = 24, 100, 144, 156
_SIZE = 160
_NUMBER = struct.Struct("@I")


class TcpConnection(Protocol):
    """The part of a socket that shows what became of the bytes."""

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes:
        """Return a socket option as bytes. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """State of a TCP connection: segments sent again since it began, segments in flight, bytes not sent yet."""

    retransmitted: int
    unacked: int
    unsent: int

    @property
    def is_complete(self) -> bool:
        """True if the other end has acknowledged everything."""
        return self.unacked == 0 and self.unsent == 0


def is_reported() -> bool:
    """Return whether this system reports deliveries: only Linux does in a form that is read here."""
    return sys.platform == "linux"


def read_delivery(connection: TcpConnection) -> Delivery | None:
    """Return the state of the connection, None where the system does not report it."""
    if not is_reported():
        return None
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
    except OSError:
        return None
    # An imitation of Linux that counts no segments reports nothing.
    if len(info) < _SIZE or _number(info, _SENT) == 0:
        return None
    return Delivery(_number(info, _RETRANSMITTED), _number(info, _UNACKED), _number(info, _UNSENT))


def _number(info: bytes, at: int) -> int:
    return int(_NUMBER.unpack_from(info, at)[0])


def arrived_when_sent(sent: Delivery | None, later: Delivery | None) -> bool:
    """Return whether a request arrived when it was handed to the system, by the states right after that and later.

    It left at once, it was acknowledged, and nothing was sent again: then no packet of it was lost.
    """
    if sent is None or later is None:
        return False
    return sent.unsent == 0 and later.is_complete and later.retransmitted == 0
