"""Everything that others can see of a running service, as bytes."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from tests.processes.client import HOST, TIMEOUT_SECONDS

BROWSER = "text/html,application/xhtml+xml"
WRONG = b'{"ids": [0], "priority": "urgent"}'
# Pages that are no part of the described API.
PAGES = (
    "/board",
    "/board/ingestions",
    "/board/ingestions/{ingestion_id}",
    "/board/submit",
    "/board/plot",
    "/docs",
)


class Visible:
    """All that a service at this port shows; `folder` has its database and its logs."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._folder = folder

    def answers(self, ingestion_id: str) -> dict[str, bytes]:
        """Ask for everything there is, as a program and as a browser, and for what is refused."""
        described = json.loads(self._ask("GET", "/openapi.json").split(b"\n\n", 1)[1])["paths"]
        paths = [path for path, operations in described.items() if "get" in operations]
        asked = [path.replace("{ingestion_id}", ingestion_id) for path in (*paths, *PAGES)]
        kinds = ("application/json", "application/problem+json", "text/csv", BROWSER)
        answers = {f"{path} as {kind}": self._ask("GET", path, kind) for path in asked for kind in kinds}
        refused = (("POST", "/ingest"), ("DELETE", "/ingest"), ("GET", "/nowhere"), ("PATCH", asked[0]))
        return answers | {f"{method} {path}": self._ask(method, path, "*/*", WRONG) for method, path in refused}

    def files(self) -> dict[str, bytes]:
        """Read the database with its log and its lock file, and the logs."""
        patterns = ("ingest.db*", "*.log")
        return {path.name: path.read_bytes() for pattern in patterns for path in self._folder.glob(pattern)}

    def _ask(self, method: str, path: str, accept: str = "*/*", body: bytes | None = None) -> bytes:
        """Return the head and the body of an answer."""
        connection = HTTPConnection(HOST, self._port, timeout=TIMEOUT_SECONDS)
        connection.request(method, path, body, {"Accept": accept})
        answer = connection.getresponse()
        head = f"{answer.status} {answer.reason}\n{answer.headers}\n".encode()
        content = answer.read()
        connection.close()
        return head + content


def process_list() -> Iterator[bytes]:
    """Yield the command lines of all processes, as the list of processes shows them to everybody."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue
