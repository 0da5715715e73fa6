"""Health check of a container: `python -m ingest_service.probe /ready` asks the service of this machine."""

import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from ingest_service.environment import DEFAULT_PORT, EVERY_INTERFACE, HOST, PLATFORM_PORT, PORT, given

# Shorter than the three seconds after which a container engine gives up.
TIMEOUT_SECONDS = 2.5
_LOCAL = "localhost"
_EVERY = {EVERY_INTERFACE, "0.0.0.0", "::", "[::]"}  # noqa: S104 - these are not listened on here


def main() -> None:
    """Ask for the path in the arguments, or for /health, past every proxy.

    Raises SystemExit with one sentence, which stands for unhealthy, unless the answer is 200.
    """
    path = sys.argv[1] if len(sys.argv) > 1 else "/health"
    host, port = address(os.environ)
    try:
        status = ask(host, port, path)
    except (OSError, HTTPException) as error:
        sys.exit(f"{host}:{port} does not answer: {error}")
    if status != HTTPStatus.OK:
        sys.exit(f"{host}:{port} answers {path} with {status}")


def address(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return the host and the port at which a service with these variables is reached from its own machine."""
    variables = given(environ)
    host = variables.get(HOST, _LOCAL)
    port = variables.get(PORT) or variables.get(PLATFORM_PORT) or DEFAULT_PORT
    return _LOCAL if host in _EVERY else host.strip("[]"), int(port)


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
