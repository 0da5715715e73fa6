"""Server of TCP connections: one thread that accepts, and one for each connection."""

import socket
from collections.abc import Callable
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from typing import Any

_HOST = "127.0.0.1"
_POLL_SECONDS = 0.01


class Listener(ThreadingTCPServer):
    """Listens as soon as it is created, accepts after `start`, and is used once.

    `serve` is called with each connection in a thread of its own; it must return once another thread shuts the
    connection down. Exceptions that it raises reach `threading.excepthook`.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, serve: Callable[[socket.socket], None]) -> None:
        super().__init__((_HOST, port), BaseRequestHandler)
        self.port = int(self.server_address[1])
        self._serve = serve
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, args=(_POLL_SECONDS,), name="fake upstream")

    def start(self) -> None:
        """Start accepting."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and end every connection. Blocks until no thread and no socket is left."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep the connection for `stop` before its thread starts."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Serve the connection."""
        self._serve(request)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection without sending anything more, so that a reset stays a reset."""
        with self._lock:
            self._open.discard(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Raise it again: a mistake in a behaviour must not look like a bad upstream."""
        raise
