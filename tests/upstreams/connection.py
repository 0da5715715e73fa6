"""A connection whose deliveries the test decides."""

import socket
import struct
from typing import Any, Self

from ingest_service.upstreams.delivery import Delivery

DELIVERED = Delivery(retransmitted=0, unacked=0, unsent=0)
IN_FLIGHT = Delivery(retransmitted=0, unacked=1, unsent=0)
SENT_AGAIN = Delivery(retransmitted=1, unacked=0, unsent=0)
STUCK = Delivery(retransmitted=0, unacked=3, unsent=9000)


def tcp_info(delivery: Delivery, segments: int = 1) -> bytes:
    """Return the `struct tcp_info` in which Linux would report this."""
    info = bytearray(160)
    for at, number in {
        24: delivery.unacked,
        100: delivery.retransmitted,
        144: delivery.unsent,
        156: segments,
    }.items():
        struct.pack_into("@I", info, at, number)
    return bytes(info)


class ReportedConnection(socket.socket):
    """One end of a real connection, with the reports of a system that the test plays; `far` is the other end."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        super().__init__(near.family, near.type, near.proto, near.detach())
        self.far = far
        self.report: bytes | None = None
        self.resets_on_close = False

    @classmethod
    def pair(cls) -> Self:
        return cls(*socket.socketpair())

    def becomes(self, delivery: Delivery | None) -> None:
        """Let the system report this from now on, or nothing."""
        self.report = None if delivery is None else tcp_info(delivery)

    def getsockopt(self, *_: Any) -> Any:
        if self.report is None:
            raise OSError("not reported")
        return self.report

    def setsockopt(self, level: int, name: int, value: Any, *_: Any) -> None:
        assert (level, name) == (socket.SOL_SOCKET, socket.SO_LINGER)
        on, seconds = struct.unpack("@ii", value)
        assert seconds == 0
        self.resets_on_close = bool(on)

    def close(self) -> None:
        self.far.close()
        super().close()
