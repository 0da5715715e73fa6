"""The Python half of ingestctl: a typed client of the ingest service."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingestctl.http.base_client import BaseClient, path_of
from ingestctl.http.responses import read
from ingestctl.http.submission import body, in_parts, valid_key
from ingestctl.models import (
    LARGEST_PAGE,
    Accepted,
    BatchPage,
    Dispatcher,
    DryRun,
    Health,
    Ingestion,
    IngestionStatus,
    ListedIngestion,
    PastSlot,
    Priority,
    Result,
    Schedule,
    Status,
    TimedBatch,
)


class Client(BaseClient):
    """Connections to one ingest service, kept open between calls: close it, or use it in a `with`.

        with Client("http://localhost:8000") as client:
            ingestion_id = client.submit([1, 2, 3], Priority.HIGH)

    Every call blocks until the service has answered, or has been silent for `timeout` seconds, and is then sent
    again as the `retry_policy` says; only `retry`, `health` and `ready` never are. Raises the errors
    of `ingestctl.errors`. Not for several threads at once. `url` may have a base path.
    """

    def submit(
        self,
        ids: Iterable[int],
        priority: Priority = Priority.MEDIUM,
        deadline: datetime | None = None,
        key: str | None = None,
    ) -> str:
        """Hand over the ids and return their ingestion id; from then on the service does not lose them.

        With the same `key` (up to 255 printable ASCII characters) within a day they are accepted once, and the
        same ingestion id is returned; without one, a new one is made, so that sending again is safe.
        """
        headers = {"Idempotency-Key": valid_key(key)}
        sent = body(ids if isinstance(ids, Sequence) else list(ids), priority, deadline)
        return read(self._transport.ask("POST", "/ingest", sent, headers), _ingestion_id)

    def submit_all(
        self,
        ids: Sequence[int],
        priority: Priority = Priority.MEDIUM,
        deadline: datetime | None = None,
        key: str | None = None,
    ) -> Iterator[Accepted]:
        """Hand over any number of ids, in as many ingestions as the service wants; yield each once it is accepted.

        They keep the order of the ids. The first has the `key` (up to 200 characters), the keys of the others
        begin with it: after a failure, the same call with the same key goes on where it ended.
        """
        return in_parts(ids, valid_key(key), lambda part, its_key: self.submit(part, priority, deadline, its_key))

    def dry_run(
        self, ids: Sequence[int], priority: Priority = Priority.MEDIUM, deadline: datetime | None = None
    ) -> DryRun:
        """Ask what would become of a submission; nothing is submitted."""
        sent = body(ids, priority, deadline)
        return read(self._transport.ask("POST", "/ingest?dry_run=true", sent), DryRun.parse)

    def status(self, ingestion_id: str, known: IngestionStatus | None = None) -> IngestionStatus:
        """Ask where an ingestion stands; as long as that is what is `known`, it is not sent again."""
        return self._get_new(path_of(ingestion_id, "/status"), IngestionStatus.parse, known)

    def ingestion(self, ingestion_id: str, known: Ingestion | None = None) -> Ingestion:
        """Ask how an ingestion stands as a whole and when it runs; what is `known` is not sent again.

        An older service knows the ingestion only by its status, and NotFoundError is raised.
        """
        return self._get_new(path_of(ingestion_id), Ingestion.parse, known)

    def ingestions(
        self, status: Status | None = None, priority: Priority | None = None, page: int = LARGEST_PAGE
    ) -> Iterator[ListedIngestion]:
        """Yield all ingestions of a status and a priority, the newest first; up to `page` (1000) at a request."""
        return self._get_pages(
            "/ingestions", "ingestions", ListedIngestion.parse, status=status, priority=priority, limit=page
        )

    def batches(self, ingestion_id: str, limit: int = 100, after: int = -1) -> BatchPage:
        """Ask for up to `limit` batches (at most 1000) from the one behind number `after` on."""
        return self._get(f"{path_of(ingestion_id)}/batches?limit={limit}&after={after}", BatchPage.parse)

    def all_batches(self, ingestion_id: str) -> Iterator[TimedBatch]:
        """Yield all batches in their order, a page at a request."""
        return self._get_pages(f"{path_of(ingestion_id)}/batches", "batches", TimedBatch.parse)

    def results(self, ingestion_id: str) -> Iterator[Result]:
        """Yield what came of the ids so far, in their order, a page at a request."""
        return self._get_pages(f"{path_of(ingestion_id)}/results", "results", Result.parse)

    def cancel(self, ingestion_id: str) -> Ingestion:
        """Take back what has not been released; raises RefusedError if all has run."""
        return self._ask("DELETE", path_of(ingestion_id), Ingestion.parse)

    def set_priority(self, ingestion_id: str, priority: Priority) -> Ingestion:
        """Change how urgent the rest of an ingestion is; raises RefusedError if nothing of it waits."""
        return self._ask("PATCH", path_of(ingestion_id), Ingestion.parse, {"priority": priority})

    def retry(self, ingestion_id: str, priority: Priority | None = None) -> str:
        """Submit the ids that failed as a new ingestion and return its id; raises RefusedError if none has.

        It is sent once: after an UnreachableError nobody knows whether it was accepted.
        """
        wanted = {"priority": priority} if priority else None
        return self._ask("POST", f"{path_of(ingestion_id)}/retry", _ingestion_id, wanted, again=False)

    def schedule(self, slots: int = 20) -> Schedule:
        """Ask for the next slots (at most 1000): when they open and what they carry."""
        return self._get(f"/schedule?slots={slots}", Schedule.parse)

    def slots(self) -> Iterator[PastSlot]:
        """Yield the slots that were opened, the latest first, a page at a request."""
        return self._get_pages("/slots", "slots", PastSlot.parse, cursor="before")

    def dispatcher(self) -> Dispatcher:
        """Ask what the dispatcher does, and what waits for it."""
        return self._get("/dispatcher", Dispatcher.parse)

    def pause(self) -> Dispatcher:
        """Let no slot open until `resume`, not even after a restart; calls in flight finish."""
        return self._ask("POST", "/dispatcher/pause", Dispatcher.parse)

    def resume(self) -> Dispatcher:
        """Let slots open again."""
        return self._ask("POST", "/dispatcher/resume", Dispatcher.parse)

    def health(self) -> Health:
        """Ask whether the service runs; raises UnavailableError if it does not."""
        return self._ask("GET", "/health", Health.parse, again=False)

    def ready(self) -> Health:
        """Ask whether the service can take and release ingestions now; raises UnavailableError if it cannot."""
        return self._ask("GET", "/ready", Health.parse, again=False)


def _ingestion_id(answer: Mapping[str, Any]) -> str:
    return str(answer["ingestion_id"])
