"""Reading from a socket, with the time at which the kernel received what was read.

A program that gets the processor late reads late; the stamp of the kernel does not depend on that.
"""

import socket
import struct
from collections.abc import Sequence
from io import RawIOBase
from typing import TYPE_CHECKING

from ingest_service.clock import Clock, SystemClock

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# SO_TIMESTAMPNS and SCM_TIMESTAMPNS of Linux, which Python names from 3.14.
_KERNEL_STAMPS = 35
_ANCILLARY_SIZE = 64
_READINGS = 5


def request_stamps(stamped: socket.socket) -> None:
    """Let the kernel stamp what this socket, or a connection that it accepts, receives. Needs Linux."""
    stamped.setsockopt(socket.SOL_SOCKET, _KERNEL_STAMPS, 1)


def received_at(ancillary: Sequence[tuple[int, int, bytes]]) -> int:
    """Return the stamp in the ancillary data of `recvmsg`, in nanoseconds on the monotonic clock; now if none."""
    clock = SystemClock()
    for _, kind, content in ancillary:
        if kind == _KERNEL_STAMPS:
            seconds, nanoseconds = struct.unpack("@ll", content)
            return min(clock.now(), int(seconds) * 1_000_000_000 + int(nanoseconds) - _wall_offset(clock))
    return clock.now()


class StampedReader(RawIOBase):
    """Raw reader of a socket on which stamps were requested, for one thread. Closing it leaves the socket open.

    `received_ns` is when the kernel received what was read last, on the monotonic clock; 0 before the first read.
    """

    def __init__(self, stamped: socket.socket) -> None:
        super().__init__()
        self._socket = stamped
        self.received_ns = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Block for the next bytes and return their number, 0 at the end."""
        size, ancillary, _, _ = self._socket.recvmsg_into([buffer], _ANCILLARY_SIZE)
        if size:
            self.received_ns = received_at(ancillary)
        return size


def _wall_offset(clock: Clock) -> int:
    """Return the wall clock minus the monotonic one, from readings with next to no time in between."""
    return min(_reading(clock) for _ in range(_READINGS))[1]


def _reading(clock: Clock) -> tuple[int, int]:
    before, wall, after = clock.now(), clock.wall(), clock.now()
    return after - before, wall - after
