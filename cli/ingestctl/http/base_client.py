"""The ways in which the client asks the service."""

import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from ingestctl.http.responses import read, retry_after
from ingestctl.http.retry import RetryPolicy
from ingestctl.http.transport import Transport
from ingestctl.models import LARGEST_PAGE, Ingestion, IngestionStatus

State = TypeVar("State", Ingestion, IngestionStatus)
Value = TypeVar("Value")


class BaseClient:
    """Connections to one service; answers are read by `parse`, or raised as an error of `ingestctl.errors`."""

    def __init__(self, url: str, timeout: float = 10.0, retry_policy: RetryPolicy | None = None) -> None:
        self._transport = Transport(url, timeout, retry_policy or RetryPolicy())

    def close(self) -> None:
        """Close the connections; calling it twice is fine."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _get(self, path: str, parse: Callable[[Any], Value]) -> Value:
        return self._ask("GET", path, parse)

    def _ask(
        self,
        method: str,
        path: str,
        parse: Callable[[Any], Value],
        json_body: object = None,
        again: bool = True,
    ) -> Value:
        sent = None if json_body is None else json.dumps(json_body).encode()
        return read(self._transport.ask(method, path, sent, again=again), parse)

    def _get_new(self, path: str, parse: Callable[[Any], State], known: State | None) -> State:
        """Get a state unless it is what is known."""
        etag = known.etag if known else None
        answer = self._transport.ask("GET", path, headers={"If-None-Match": etag})
        if known and answer.status_code == HTTPStatus.NOT_MODIFIED:
            return replace(known, retry_after=retry_after(answer))
        state = read(answer, parse)
        return replace(state, etag=answer.headers.get("ETag"), retry_after=retry_after(answer))

    def _get_pages(
        self, path: str, name: str, parse: Callable[[Any], Value], cursor: str = "after", **query: object
    ) -> Iterator[Value]:
        """Yield what is listed as `name`, page by page, as long as there is a next one."""
        asked = {"limit": LARGEST_PAGE} | {key: value for key, value in query.items() if value is not None}
        while True:
            page = self._get(f"{path}?{urlencode(asked)}", lambda answer: _page(answer, name, parse, cursor))
            yield from page[0]
            if page[1] is None:
                return
            asked[cursor] = page[1]


def path_of(ingestion_id: str, resource: str = "/ingestions") -> str:
    """Return the path of an ingestion's resource; an id of any form stays one part of it."""
    return f"{resource}/{quote(ingestion_id, safe='')}"


def _page(
    answer: Mapping[str, Any], name: str, parse: Callable[[Any], Value], cursor: str
) -> tuple[list[Value], object]:
    return [parse(one) for one in answer[name]], answer[f"next_{cursor}"]
