"""One connection: how far its request has come, and how far its reader has."""

from contextlib import suppress
from socket import SHUT_WR, socket
from threading import RLock
from typing import Any, cast

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel

from ingest_service.clock import NANOSECONDS, Clock
from ingest_service.web.http.parser import ParkedBodies, Parser, RequestTimeout
from ingest_service.web.http.tasks import AnswerTask, JsonErrorTask, Parked

# An answer goes on when less than this is left of what its reader did not take.
DRAINED_BYTES = 65_536
# Of a large body: with 32 kB at a time, half of its way is spent between the system and its file.
BODY_READ_AT_ONCE = 524_288
# Pieces of more bytes are sent without being put into a buffer first.
SENT_AT_ONCE = 65_536
# A reader that takes nothing for this long is cut off.
STALLED = 30 * NANOSECONDS
# What comes behind a refusal is thrown away for this long: a reset would overtake the answer.
LINGERS = 2 * NANOSECONDS


class Channel(HTTPChannel):
    """Connection that parses one request at a time, and holds no thread while its reader is slow.

    `moved` is the monotonic time at which the last byte came or went. What belongs to the loop of the server says
    so; the rest belongs to the thread that answers.
    """

    error_task_class = JsonErrorTask

    # Attributes of waitress that its stubs do not have, or have otherwise.
    server: Any
    requests: list[Any]
    requests_lock: Any

    def __init__(
        self,
        server: Any,
        sock: socket,
        addr: Any,
        adj: Adjustments,
        map: Any = None,  # noqa: A002 - of waitress
    ) -> None:
        self._clock: Clock = server.clock
        self._bodies: ParkedBodies = server.bodies
        self._unparsed = b""
        self._task: AnswerTask | None = None
        self.parked = False
        self._refused = False
        self._closes_at: int | None = None
        self.moved = self._clock.now()
        super().__init__(server, sock, addr, adj, map)
        # A client may be found gone while its request is parsed, and is closed then.
        self.requests_lock = RLock()

    def task_class(self, channel: HTTPChannel, request: Any) -> AnswerTask:  # type: ignore[override]
        """Return the task of the answer that goes on, or a new one."""
        with self.requests_lock:
            if self._task is None or self._task.request is not request:
                self._task = AnswerTask(channel, request)
            return self._task

    def parser_class(self, adj: Adjustments) -> Parser:  # type: ignore[override]
        """Return the parser of a request that begins now."""
        return Parser(adj, self._bodies, self._clock.now())

    @property
    def is_full(self) -> bool:
        """True while its reader has not taken what is there."""
        return self.total_outbufs_len > self.adj.outbuf_high_watermark

    @property
    def goes_on(self) -> bool:
        """True if a part of the answer to its first request is written."""
        return self._task is not None and self._task.request is self.requests[0]

    @property
    def is_idle(self) -> bool:
        """True between two requests."""
        return not (self.requests or self.request or self.total_outbufs_len)

    @property
    def is_working(self) -> bool:
        """True while a thread answers, or will."""
        return bool(self.requests) and not self.parked

    def check(self, now: int, keepalive: int) -> None:
        """Close it if it has been silent for too long; refuse a request that comes too slowly. Of the loop."""
        request = self.request
        if self.will_close:
            # It waits for its reader, which takes nothing more.
            self.handle_close()
        if self.will_close or self.is_working:
            return
        if self._closes_at is not None:
            silent = now > self._closes_at
        elif self.total_outbufs_len:
            silent = now - self.moved > STALLED
        else:
            silent = request is None and now - self.moved > keepalive
        if silent:
            self.will_close = True
        elif isinstance(request, Parser) and now > request.due:
            self._refuse_slow(request)

    def recv(self, buffer_size: int) -> bytes:
        """Receive what has arrived, more at once in the middle of a large body. Of the loop."""
        # The place for so much is too dear for each small request.
        is_large = self.request is not None and self.request.content_length > BODY_READ_AT_ONCE
        received: bytes = super().recv(BODY_READ_AT_ONCE if is_large else buffer_size)
        return received

    def received(self, data: bytes) -> bool:
        """Take what has arrived, up to the end of one request. Of the loop."""
        self.moved = self._clock.now()
        with self.requests_lock:
            if self.will_close or self.close_when_flushed or self._closes_at is not None:
                return False
            self._unparsed += data
            self._parse()
        return True

    def write_soon(self, data: Any) -> int:
        """Send a large piece at once as far as its reader takes it, and keep the rest for later. Of any thread.

        The buffers of waitress would copy all of it three times. Raises ClientDisconnected.
        """
        if not isinstance(data, bytes) or len(data) <= SENT_AT_ONCE or not self.connected:
            return int(super().write_soon(data))
        with self.outbuf_lock:
            # What waits goes first.
            sent = 0 if self.total_outbufs_len else self._send(data)
            super().write_soon(data[sent:])
        return len(data)

    def _send(self, data: bytes) -> int:
        """Return how much of it was sent; an error comes again when the rest is sent."""
        with suppress(OSError):
            sent = cast("socket", self.socket).send(data)
            self.moved = self._clock.now()
            return sent
        return 0

    def handle_write(self) -> None:
        """Send what can be sent. Of the loop."""
        # Where nothing is asked, waitress sends without the lock of the buffers: no answer may begin meanwhile.
        with self.requests_lock:
            if self._refused and self.close_when_flushed:
                self._linger()
            super().handle_write()
        self._wake()
        if self._unparsed:
            with self.requests_lock:
                self._parse()

    def handle_close(self) -> None:
        """Close the connection, and let go of what was for it. Of the loop."""
        super().handle_close()
        with self.requests_lock:
            if self.request is not None:
                self.request.close()
            self._unparsed = b""
        self._wake()

    def service(self) -> None:
        """Answer one request, or go on answering it."""
        request, task = self.requests[0], self._task
        if task is not None and not self.connected:
            task.abandon()
        try:
            super().service()
        except Parked:
            self._park()
            return
        self.moved = self._clock.now()
        with self.requests_lock:
            if self._task is not None and self._task.request is request:
                self._task = None
            self._parse()

    def _linger(self) -> None:
        """Send the refusal and its end, and read on for a while."""
        with suppress(OSError):
            self._flush_some()
        if self.total_outbufs_len or self.will_close:
            return
        self.close_when_flushed = False
        self._closes_at = self._clock.now() + LINGERS
        with suppress(OSError):
            cast("socket", self.socket).shutdown(SHUT_WR)

    def _parse(self) -> None:
        """Parse one request at most, so that many at once hold nothing up and fill nothing. Needs the lock."""
        while self._unparsed and self.connected and not (self.requests or self.close_when_flushed or self.is_full):
            if self.request is None:
                self.request = self.parser_class(self.adj)
            request = self.request
            self._unparsed = self._unparsed[request.received(self._unparsed) :]
            if request.completed:
                self._finish_parsing(request)
            elif request.expect_continue and request.headers_finished and not self.sent_continue:
                self.send_continue()

    def _finish_parsing(self, request: Any) -> None:
        self.sent_continue = False
        self.request = None
        if request.empty:
            # Blank lines between requests are ignored, all of them at once.
            self._unparsed = self._unparsed.lstrip(b"\r\n")
            return
        self._refused = request.error is not None
        self.requests.append(request)
        self.server.add_task(self)

    def _refuse_slow(self, request: Parser) -> None:
        with self.requests_lock:
            if self.request is request and not self.requests:
                request.refuse(RequestTimeout("the request came too slowly"))
                self._finish_parsing(request)

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Do not wait for the reader: AnswerTask does so between two pieces, without a thread."""

    def _flush_some(self, do_close: bool = True) -> bool:
        sent = bool(super()._flush_some(do_close))  # type: ignore[misc]
        if sent:
            self.moved = self._clock.now()
        return sent

    def _park(self) -> None:
        with self.outbuf_lock:
            self.parked = True
        self.server.connections.parked(self)
        self._wake()
        self.server.pull_trigger()

    def _wake(self) -> None:
        """Let a thread go on with the answer once its reader has taken most of it, or has gone."""
        if not self.parked:
            return
        with self.outbuf_lock:
            ready = self.parked and (not self.connected or self.total_outbufs_len <= DRAINED_BYTES)
            self.parked = self.parked and not ready
        if ready:
            self.server.add_task(self)
