"""Typed client of the ingest service."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

from msgspec import convert

from ingestctl.http.base_client import BaseClient, path_of
from ingestctl.http.responses import page_as_text
from ingestctl.http.retry import RetryPolicy
from ingestctl.http.submission import body, in_parts, valid_key
from ingestctl.models import (
    LARGEST_PAGE,
    Accepted,
    Audit,
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


class Client:
    """Connections to one ingest service, kept open between calls: close it, or use it in a `with`.

        with Client("http://localhost:8000") as client:
            ingestion_id = client.submit([1, 2, 3], Priority.HIGH)

    Every call blocks until the service has answered, or has been silent for `timeout` seconds, and is then sent
    again as the `retry_policy` says; only `retry`, `health` and `ready` never are. Raises the errors
    of `ingestctl.errors`. Not for several threads at once. `url` may have a base path, and a user and a password
    for HTTP's Basic authentication. `headers` are sent with every request, such as a token for a proxy.
    """

    def __init__(
        self,
        url: str,
        timeout: float = 10.0,
        retry_policy: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._http = BaseClient(url, timeout, retry_policy or RetryPolicy(), headers or {})

    def close(self) -> None:
        """Close the connections; calling it twice is fine."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> datetime:
        """Return the time of the service: that of this system, corrected by the dates of the answers so far."""
        return self._http.now()

    def learn_time(self) -> None:
        """Ask for the time of the service, so that `now` returns it; without an answer, nothing is learned."""
        self._http.learn_time()

    def submit(
        self,
        ids: Iterable[int],
        priority: Priority = Priority.MEDIUM,
        deadline: datetime | None = None,
        key: str | None = None,
    ) -> str:
        """Submit ids and return their ingestion id; from then on the service does not lose them.

        With the same `key` (up to 255 printable ASCII characters) within a day they are accepted once, and the
        same ingestion id is returned; without one, a new one is made, so that sending again is safe.
        """
        submitted = body(ids if isinstance(ids, Sequence) else list(ids), priority, deadline)
        return self._http.post("/ingest", _ingestion_id, submitted, valid_key(key))

    def submit_all(
        self,
        ids: Sequence[int],
        priority: Priority = Priority.MEDIUM,
        deadline: datetime | None = None,
        key: str | None = None,
    ) -> Iterator[Accepted]:
        """Submit any number of ids, in as many ingestions as the service needs; yield each once it is accepted.

        They keep the order of the ids. The first has the `key` (up to 200 characters), the keys of the others
        begin with it: after a failure, the same call with the same key continues where it ended.
        """
        return in_parts(ids, valid_key(key), lambda part, its_key: self.submit(part, priority, deadline, its_key))

    def dry_run(
        self, ids: Sequence[int], priority: Priority = Priority.MEDIUM, deadline: datetime | None = None
    ) -> DryRun:
        """Estimate a submission; nothing is submitted."""
        return self._http.post("/ingest?dry_run=true", DryRun.parse, body(ids, priority, deadline))

    def status(self, ingestion_id: str, known: IngestionStatus | None = None) -> IngestionStatus:
        """Return the status of an ingestion and of every batch; a status that is `known` is not sent again."""
        return self._http.get_if_changed(path_of(ingestion_id, "/status"), IngestionStatus.parse, known)

    def ingestion(self, ingestion_id: str, known: Ingestion | None = None) -> Ingestion:
        """Return an ingestion as a whole, with its times; a state that is `known` is not sent again.

        An older service has only the status of the ingestion, and NotFoundError is raised.
        """
        return self._http.get_if_changed(path_of(ingestion_id), Ingestion.parse, known)

    def ingestions(
        self, status: Status | None = None, priority: Priority | None = None, page: int = LARGEST_PAGE
    ) -> Iterator[ListedIngestion]:
        """Yield all ingestions of a status and a priority, the newest first; up to `page` (1000) in a request."""
        return self._http.get_pages(
            "/ingestions", "ingestions", ListedIngestion.parse, status=status, priority=priority, limit=page
        )

    def batches(self, ingestion_id: str, limit: int = 100, after: int = -1) -> BatchPage:
        """Return up to `limit` batches (at most 1000) whose numbers are greater than `after`."""
        return self._http.get(f"{path_of(ingestion_id)}/batches?limit={limit}&after={after}", BatchPage.parse)

    def all_batches(self, ingestion_id: str, after: int = -1) -> Iterator[TimedBatch]:
        """Yield all batches whose numbers are greater than `after`, in their order, a page in a request."""
        return self._http.get_pages(f"{path_of(ingestion_id)}/batches", "batches", TimedBatch.parse, after=after)

    def results(self, ingestion_id: str) -> Iterator[Result]:
        """Yield the results of the ids so far, in their order, a page in a request; none is decoded yet."""
        return self._http.get_pages(f"{path_of(ingestion_id)}/results", "results", Result.parse, load=page_as_text)

    def cancel(self, ingestion_id: str) -> Ingestion:
        """Cancel the batches that are not released; raises RefusedError if the ingestion is completed."""
        return self._http.send("DELETE", path_of(ingestion_id), Ingestion.parse)

    def set_priority(self, ingestion_id: str, priority: Priority) -> Ingestion:
        """Change the priority of the batches that wait; raises RefusedError if none does."""
        return self._http.send("PATCH", path_of(ingestion_id), Ingestion.parse, {"priority": priority})

    def retry(self, ingestion_id: str, priority: Priority | None = None) -> str:
        """Submit the ids that failed as a new ingestion and return its id; raises RefusedError if none has.

        It is sent once: after an UnreachableError it is not known whether it was accepted.
        """
        changed = {"priority": priority} if priority else None
        return self._http.send("POST", f"{path_of(ingestion_id)}/retry", _ingestion_id, changed, retry=False)

    def schedule(self, slots: int = 20) -> Schedule:
        """Return the next slots (at most 1000) with their times and batches."""
        return self._http.get(f"/schedule?slots={slots}", Schedule.parse)

    def slots(self) -> Iterator[PastSlot]:
        """Yield the slots that were opened, the latest first, a page in a request."""
        return self._http.get_pages("/slots", "slots", PastSlot.parse, cursor="before")

    def audit(self, noted: str | None = None) -> Audit:
        """Return what the whole ledger proves, which may take a minute; `noted` is a hash that it must have."""
        return self._http.get("/audit" if noted is None else f"/audit?noted={quote(noted, safe='')}", Audit.parse)

    def dispatcher(self) -> Dispatcher:
        """Return the state of the dispatcher, and the backlog."""
        return self._http.get("/dispatcher", Dispatcher.parse)

    def pause(self) -> Dispatcher:
        """Open no slot until `resume`, not even after a restart; calls in flight finish."""
        return self._http.send("POST", "/dispatcher/pause", Dispatcher.parse)

    def resume(self) -> Dispatcher:
        """Open slots again."""
        return self._http.send("POST", "/dispatcher/resume", Dispatcher.parse)

    def health(self) -> Health:
        """Return the health of the process; raises UnavailableError if a part of it does not run."""
        return self._http.get("/health", Health.parse, retry=False)

    def ready(self) -> Health:
        """Check that the service accepts and releases ingestions now; raises UnavailableError if it does not."""
        return self._http.get("/ready", Health.parse, retry=False)


def _ingestion_id(answer: Mapping[str, Any]) -> str:
    return convert(answer["ingestion_id"], str)
