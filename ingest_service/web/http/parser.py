"""Requests as they arrive: bounded in bytes, in time and in the place that their bodies take."""

from threading import Lock
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest, Error

from ingest_service.clock import NANOSECONDS

# Of a line that begins a chunk, and of all that comes behind the last one.
MOST_CONTROL_BYTES = 1024
MOST_TRAILER_BYTES = 8192
SLICE_BYTES = 4096
# A request must be there within these times; a body gets another second for each of these bytes.
HEAD_SECONDS = 20
BODY_SECONDS = 30
BODY_BYTES_A_SECOND = 4096
# A body on the disk takes an open file, however short it is.
LEAST_ON_DISK = 1_048_576


class RequestTimeout(Error):
    """The request came too slowly."""

    code = 408
    reason = "Request Timeout"


class TooManyBodies(Error):
    """The bodies of other requests take all the place there is."""

    code = 503
    reason = "Service Unavailable"


class ParkedBodies:
    """The place that bodies take while they wait, in bytes. Any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._lock = Lock()

    def take(self, size: int) -> bool:
        """Take place, and return True, if there is enough."""
        with self._lock:
            fits = self._taken + size <= self._most
            self._taken += size if fits else 0
        return fits

    def give_back(self, size: int) -> None:
        """Let others have the place."""
        with self._lock:
            self._taken -= size


class BoundedChunkedReceiver(ChunkedReceiver):
    """Chunked body whose lines are bounded; read in slices, for every chunk copies what is behind it."""

    def received(self, data: bytes) -> int:
        """Return the number of bytes consumed."""
        consumed = 0
        while consumed < len(data) and not (self.completed or self.error):
            part = data[consumed : consumed + SLICE_BYTES]
            consumed += super().received(part)
            if len(self.control_line) > MOST_CONTROL_BYTES:
                self.error = BadRequest(f"a line that begins a chunk has over {MOST_CONTROL_BYTES} bytes")
            if len(self.trailer) > MOST_TRAILER_BYTES:
                self.error = BadRequest(f"the trailer has over {MOST_TRAILER_BYTES} bytes")
        return consumed


class Parser(HTTPRequestParser):
    """A request as it arrives. `began` is the monotonic time of its first byte, in nanoseconds."""

    def __init__(self, adj: Adjustments, bodies: ParkedBodies, began: int) -> None:
        super().__init__(adj)
        self._bodies = bodies
        self._began = began
        self._held = 0

    @property
    def due(self) -> int:
        """Monotonic time by which all of it must be there, as far as it has come."""
        seconds = float(HEAD_SECONDS)
        if self.headers_finished:
            seconds += BODY_SECONDS + self.body_bytes_received / BODY_BYTES_A_SECOND
        return self._began + round(seconds * NANOSECONDS)

    def received(self, data: bytes) -> int:
        """Return the number of bytes consumed."""
        consumed = super().received(data)
        if self.error is None and self.body_bytes_received >= self.adj.inbuf_overflow and not self._holds_all():
            self.refuse(TooManyBodies("other large requests are in work; send it again soon"))
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head. Raises ParsingError."""
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("The request target or Content-Length is invalid") from None
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
        if isinstance(self.body_rcv, ChunkedReceiver):
            self.body_rcv = BoundedChunkedReceiver(self.body_rcv.getbuf())

    def refuse(self, error: Error) -> None:
        """Answer with an error instead of waiting for the rest."""
        self.error = error
        self.completed = True

    def close(self) -> None:
        """Let go of the body. May be called twice."""
        super().close()
        self._bodies.give_back(self._held)
        self._held = 0

    def _holds_all(self) -> bool:
        """Return whether there is place for all of the body that is on the disk."""
        missing = max(LEAST_ON_DISK, self.body_bytes_received) - self._held
        if missing > 0 and not self._bodies.take(missing):
            return False
        self._held += max(0, missing)
        return True


def retry_headers(error: Error) -> list[tuple[str, Any]]:
    """Return the headers that say when a refused request may be sent again."""
    return [("Retry-After", "1")] if isinstance(error, TooManyBodies) else []
