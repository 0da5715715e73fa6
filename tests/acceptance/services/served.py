"""A little service over HTTP: `python -m tests.acceptance.services.served RightService 8001`."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from ingestctl.verify.timing import INTERVAL_SECONDS
from tests.acceptance.services import right, wrong

HOST = "127.0.0.1"


class Server(ThreadingHTTPServer):
    """Answers what its service answers, one request after the other."""

    daemon_threads = True
    # As many clients as connect at once.
    request_queue_size = 64

    def __init__(self, service: right.RightService, port: int = 0) -> None:
        super().__init__((HOST, port), Handler)
        self.service = service
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"

    def restart(self) -> None:
        with self.lock:
            self.service = self.service.restarted()


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open, and prints nothing."""

    protocol_version = "HTTP/1.1"
    # The head and the body of an answer are two packets; the second one must not wait for the first.
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self.respond()

    def do_POST(self) -> None:
        self.respond()

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            answer = self.server.service.ask(self.command, self.path, body)
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Print nothing: the output of the tests stays clean."""


@contextmanager
def serving(kind: type[right.RightService], interval: float) -> Iterator[Server]:
    """Serve a little service during the block."""
    with Server(kind(interval, time.monotonic)) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def main(name: str, port: str) -> None:
    """Serve until Ctrl-C; SIGHUP restarts the service."""
    kind = getattr(right, name, None) or getattr(wrong, name)
    server = Server(kind(INTERVAL_SECONDS, time.monotonic), int(port))
    signal.signal(signal.SIGHUP, lambda *_: Thread(target=server.restart).start())
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
