"""The Python half of ingestctl: a typed client of the ingest service.

with Client("http://localhost:8000") as client:
    ingestion_id = client.submit([1, 2, 3], Priority.HIGH)
    print(client.status(ingestion_id).status)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Self, TypeVar
from urllib.parse import quote

import requests

from cli.answer import read, retry_after
from cli.errors import InvalidUrlError, UnreachableError
from cli.ingestion import Ingestion, IngestionStatus, Priority
from cli.page import Page

State = TypeVar("State", Ingestion, IngestionStatus)


class Client:
    """Connections to one ingest service, kept open between calls: close it, or use it in a `with`.

    Every call blocks until the service has answered or been silent for `timeout` seconds, and raises the
    errors of `cli.errors`. `url` may have a base path.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self._url = url
        self._timeout = timeout
        self._session = requests.Session()

    def submit(self, ids: Iterable[int], priority: Priority) -> str:
        """Hand over the ids and return their ingestion id; from then on the service does not lose them."""
        answer = self._ask("POST", "/ingest", json={"ids": list(ids), "priority": priority})
        return read(answer, lambda body: str(body["ingestion_id"]))

    def status(self, ingestion_id: str, known: IngestionStatus | None = None) -> IngestionStatus:
        """Ask where an ingestion stands; as long as that is what is `known`, it is not sent again."""
        return self._ask_again(_path("/status", ingestion_id), IngestionStatus.parse, known)

    def ingestion(self, ingestion_id: str, known: Ingestion | None = None) -> Ingestion:
        """Ask how an ingestion stands as a whole and when it runs; what is `known` is not sent again.

        An older service knows the ingestion only by its status, and NotFoundError is raised.
        """
        return self._ask_again(_path("/ingestions", ingestion_id), Ingestion.parse, known)

    def batches(self, ingestion_id: str, limit: int = 100, after: int = -1) -> Page:
        """Ask for up to `limit` batches (at most 1000) from the one behind number `after` on."""
        path = _path("/ingestions", ingestion_id)
        return read(self._ask("GET", f"{path}/batches?limit={limit}&after={after}"), Page.parse)

    def close(self) -> None:
        """Close the connections; calling it twice is fine."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask_again(self, path: str, parse: Callable[[Any], State], known: State | None) -> State:
        etag = known.etag if known else None
        answer = self._ask("GET", path, headers={"If-None-Match": etag})
        if known and answer.status_code == HTTPStatus.NOT_MODIFIED:
            return replace(known, retry_after=retry_after(answer))
        state = read(answer, parse)
        return replace(state, etag=answer.headers.get("ETag"), retry_after=retry_after(answer))

    def _ask(
        self, method: str, path: str, json: object = None, headers: Mapping[str, str | None] | None = None
    ) -> requests.Response:
        """Redirects are not followed: one of a POST would arrive as a GET, without the ids."""
        try:
            return self._session.request(
                method,
                self._url.rstrip("/") + path,
                json=json,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except ValueError as error:
            raise InvalidUrlError(_NO_URL.format(self._url)) from error
        except requests.ReadTimeout as error:
            raise UnreachableError(_SILENT.format(self._url, self._timeout)) from error
        except requests.RequestException as error:
            raise UnreachableError(_NO_WAY.format(self._url, _reason(error))) from error


_NO_URL = "No service can be at {!r}: give an address like http://localhost:8000 with --url or INGEST_URL."
_SILENT = "{} did not answer within {:g} s. What was sent may have arrived all the same."
_NO_WAY = "Cannot reach the ingest service at {}: {}. Is it running? Set --url or INGEST_URL if it is elsewhere."


def _path(resource: str, ingestion_id: str) -> str:
    return f"{resource}/{quote(ingestion_id, safe='')}"


def _reason(error: BaseException) -> str:
    """Return what the operating system said; requests wraps it three times, into a page of text."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return getattr(error, "strerror", None) or str(error)
