"""A client of a service that may be killed at any moment."""

import json
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException
from typing import Any

_HOST = "127.0.0.1"
_SECONDS = 10.0
OK = 200


class Client:
    """Asks the service at this port of this machine, each time through a connection of its own. Any thread."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, method: str, path: str, content: object = None) -> tuple[int, Any] | None:
        """Return the status and the decoded JSON of an answer, None if there is none."""
        body = None if content is None else json.dumps(content)
        connection = HTTPConnection(_HOST, self._port, timeout=_SECONDS)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def submit(self, ids: Iterable[int], priority: str) -> str | None:
        """Return the id of the ingestion, None if it was not accepted, as far as the answer tells."""
        answer = self.ask("POST", "/ingest", {"ids": list(ids), "priority": priority})
        return None if answer is None or answer[0] != OK else str(answer[1]["ingestion_id"])

    def is_ready(self) -> bool:
        """Return whether it says that it is ready."""
        answer = self.ask("GET", "/ready")
        return answer is not None and answer[0] == OK

    def is_completed(self, ingestion_id: str) -> bool:
        """Return whether it says that an ingestion is completed."""
        answer = self.ask("GET", f"/ingestions/{ingestion_id}")
        return answer is not None and answer[0] == OK and answer[1]["status"] == "completed"
