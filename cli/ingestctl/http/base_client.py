"""JSON over HTTP: every request as a method, every answer decoded."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from msgspec.structs import replace
from requests import Response

from ingestctl.errors import NoAnswerError
from ingestctl.http.responses import read, retry_after
from ingestctl.http.retry import RetryPolicy
from ingestctl.http.transport import Transport
from ingestctl.models import LARGEST_PAGE, Ingestion, IngestionStatus

State = TypeVar("State", Ingestion, IngestionStatus)
Value = TypeVar("Value")


class BaseClient:
    """Requests of one client; answers are decoded by `parse`, or raised as errors of `ingestctl.errors`.

    All of them block. Not for several threads at once.
    """

    def __init__(self, url: str, timeout: float, retry_policy: RetryPolicy, headers: Mapping[str, str]) -> None:
        self._transport = Transport(url, timeout, retry_policy, headers)

    def close(self) -> None:
        """Close the connections; calling it twice is fine."""
        self._transport.close()

    def now(self) -> datetime:
        """Return the time of the service, as the answers so far show it."""
        return self._transport.clock.now()

    def learn_time(self) -> None:
        """Ask for the time of the service once; without an answer, nothing is learned."""
        with suppress(NoAnswerError):
            self._transport.send("GET", "/health", retry=False)

    def get(self, path: str, parse: Callable[[Any], Value], retry: bool = True) -> Value:
        """Return a resource."""
        return self._read(self._transport.send("GET", path, retry=retry), parse)

    def get_if_changed(self, path: str, parse: Callable[[Any], State], known: State | None) -> State:
        """Return a state; if it is still the known one, the service does not send it again."""
        etag = known.etag if known else None
        answer = self._transport.send("GET", path, headers={"If-None-Match": etag})
        if known and answer.status_code == HTTPStatus.NOT_MODIFIED:
            return replace(known, retry_after=retry_after(answer))
        return replace(self._read(answer, parse), etag=answer.headers.get("ETag"), retry_after=retry_after(answer))

    def get_pages(
        self,
        path: str,
        name: str,
        parse: Callable[[Any], Value],
        cursor: str = "after",
        load: Callable[[Response], Any] = Response.json,
        **query: object,
    ) -> Iterator[Value]:
        """Yield the values that are listed as `name`, page by page, while there is a next one.

        `load` reads the JSON in the body of a page.
        """
        asked = {"limit": LARGEST_PAGE} | {key: value for key, value in query.items() if value is not None}
        while True:
            answer = self._transport.send("GET", f"{path}?{urlencode(asked)}")
            values, following = self._read(answer, lambda page: _page(page, name, parse, cursor), load)
            yield from values
            if following is None:
                return
            asked[cursor] = following

    def send(
        self, method: str, path: str, parse: Callable[[Any], Value], value: object = None, retry: bool = True
    ) -> Value:
        """Send a value as JSON, or nothing, and return the answer."""
        body = None if value is None else json.dumps(value).encode()
        return self._read(self._transport.send(method, path, body, retry=retry), parse)

    def post(self, path: str, parse: Callable[[Any], Value], body: bytes, key: str | None = None) -> Value:
        """Post a body that is JSON already, with its idempotency key."""
        return self._read(self._transport.send("POST", path, body, {"Idempotency-Key": key}), parse)

    def _read(
        self, answer: Response, parse: Callable[[Any], Value], load: Callable[[Response], Any] = Response.json
    ) -> Value:
        return read(answer, parse, self._transport.proxy.via, load)


def path_of(ingestion_id: str, resource: str = "/ingestions") -> str:
    """Return the path of an ingestion's resource; special characters of the id are quoted."""
    return f"{resource}/{quote(ingestion_id, safe='')}"


def _page(
    body: Mapping[str, Any], name: str, parse: Callable[[Any], Value], cursor: str
) -> tuple[list[Value], object]:
    return [parse(one) for one in body[name]], body[f"next_{cursor}"]
