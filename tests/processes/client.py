"""A client of the service over plain HTTP."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Self

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 60.0

# Errors of a request while the service is killed and started again.
GONE = (OSError, HTTPException)
NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Answer:
    """An answer of the service: the status code and the decoded JSON."""

    code: int
    content: Any


class Client:
    """One keep-alive connection, opened when it is needed, for one thread."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens a new one, to a service that was started again."""
        self.connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = NONE) -> Answer:
        """Send a request and return the answer. Raises one of GONE if there is none."""
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            return Answer(response.status, json.loads(response.read()))
        except GONE:
            self.close()
            raise

    def submit(self, ids: Iterable[int], priority: str) -> str:
        """Submit ids and return the ingestion's id."""
        body = json.dumps({"ids": list(ids), "priority": priority}).encode()
        answer = self.ask("POST", "/ingest", body)
        assert answer.code == 200, answer
        return str(answer.content["ingestion_id"])

    def status(self, ingestion_id: str) -> dict[str, Any]:
        """Return the status of an ingestion."""
        answer = self.ask("GET", f"/status/{ingestion_id}")
        assert answer.code == 200, answer
        return dict(answer.content)

    def batch_statuses(self, ingestion_id: str) -> list[str]:
        """Return the statuses of the batches of an ingestion, in their order."""
        return [batch["status"] for batch in self.status(ingestion_id)["batches"]]

    def results(self, ingestion_id: str) -> list[dict[str, Any]]:
        """Return the first page of the results of an ingestion; it must be the only one."""
        answer = self.ask("GET", f"/ingestions/{ingestion_id}/results")
        assert answer.code == 200, answer
        assert answer.content["next_after"] is None
        return list(answer.content["results"])

    def completed(self, ingestion_id: str) -> bool:
        """Return whether the ingestion is known and reported as completed."""
        answer = self.ask("GET", f"/status/{ingestion_id}")
        return answer.code == 200 and bool(answer.content["status"] == "completed")

    def healthy(self) -> bool:
        """Return whether the service answers that it is healthy."""
        try:
            return self.ask("GET", "/health").code == 200
        except GONE:
            return False
