"""Health check of a container: `python -m ingest_service.probe /ready` asks the service of this machine."""

import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from ingest_service.environment import DEFAULT_PORT, EVERY_INTERFACE, HOST, PLATFORM_PORT, PORT, given, port_of

# Shorter than the three seconds after which a container engine gives up.
TIMEOUT_SECONDS = 2.5
_LOCAL = "localhost"
_EVERY = {EVERY_INTERFACE, "0.0.0.0", "::", "[::]"}  # noqa: S104 - these are not listened on here


def main() -> None:
    """Ask for the path in the arguments, or for /health, past every proxy.

    Raises SystemExit with one sentence, which stands for unhealthy, unless the answer is 200.
    """
    path = sys.argv[1] if len(sys.argv) > 1 else "/health"
    try:
        host, port = address(os.environ)
    except ValueError as error:
        sys.exit(str(error))
    try:
        status = ask(host, port, path)
    except (OSError, HTTPException) as error:
        sys.exit(f"{host}:{port} does not answer: {error}")
    if status != HTTPStatus.OK:
        sys.exit(f"{host}:{port} answers {path} with {status}")


def address(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return the host and the port at which a service with these variables is reached from its own machine.

    Raises ValueError with one sentence for a port that is not allowed.
    """
    variables = given(environ)
    host = variables.get(HOST, _LOCAL)
    name = PORT if PORT in variables else PLATFORM_PORT
    try:
        port = port_of(variables.get(name, str(DEFAULT_PORT)))
    except ValueError as error:
        raise ValueError(f"{name} is not allowed: {error}") from None
    return _LOCAL if host in _EVERY else host.strip("[]"), port


def ask(host: str, port: int, path: str) -> int:
    """Return the status code of a GET; blocks for at most TIMEOUT_SECONDS before each part of the answer."""
    connection = HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


if __name__ == "__main__":
    main()
