"""A TCP proxy, which can be stopped with SIGSTOP: what goes through it is late then.

Run it with `python -m tests.processes.replicas.proxy PORT TARGET_PORT`.
"""

import socket
import sys
from contextlib import suppress
from threading import Thread

HOST = "127.0.0.1"


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass everything on until either side ends, and end both."""
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def serve(client: socket.socket, target_port: int) -> None:
    """Connect a client with the target, until one of them ends the connection."""
    with client, suppress(OSError), socket.create_connection((HOST, target_port)) as target:
        for end in (client, target):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = Thread(target=pump, args=[target, client])
        back.start()
        pump(client, target)
        back.join()


def main() -> None:
    """Serve until killed."""
    port, target_port = map(int, sys.argv[1:])
    with socket.create_server((HOST, port)) as listener:
        while True:
            client, _ = listener.accept()
            Thread(target=serve, args=[client, target_port], daemon=True).start()


if __name__ == "__main__":
    main()
