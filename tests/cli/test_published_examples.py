"""Every example of the service's published description, decoded by the client."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest
import requests

from ingestctl.client import Client
from ingestctl.errors import FailedError, NoAnswerError, NotFoundError, RefusedError, TooLargeError
from ingestctl.models import Priority, Response
from tests.cli.serving import serving
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn

CALLS: dict[str, Callable[[Client], object]] = {
    "POST /ingest": lambda client: client.submit([1]),
    "POST /ingest?dry_run=true": lambda client: client.dry_run([1]),
    "GET /status/{ingestion_id}": lambda client: client.status(INGESTION_ID),
    "GET /ingestions": lambda client: list(client.ingestions()),
    "GET /ingestions/{ingestion_id}": lambda client: client.ingestion(INGESTION_ID),
    "DELETE /ingestions/{ingestion_id}": lambda client: client.cancel(INGESTION_ID),
    "PATCH /ingestions/{ingestion_id}": lambda client: client.set_priority(INGESTION_ID, Priority.HIGH),
    "GET /ingestions/{ingestion_id}/batches": lambda client: list(client.all_batches(INGESTION_ID)),
    "GET /ingestions/{ingestion_id}/results": lambda client: list(client.results(INGESTION_ID)),
    "POST /ingestions/{ingestion_id}/retry": lambda client: client.retry(INGESTION_ID),
    "GET /schedule": lambda client: client.schedule().slots,
    "GET /slots": lambda client: list(client.slots()),
    "GET /audit": lambda client: client.audit(),
    "GET /dispatcher": lambda client: client.dispatcher(),
    "POST /dispatcher/pause": lambda client: client.pause(),
    "POST /dispatcher/resume": lambda client: client.resume(),
    "GET /health": lambda client: client.health(),
    "GET /ready": lambda client: client.ready(),
}
"""The call of the client for every operation that answers JSON, but for FOR_PAGES."""

# One tells programs where the other operations are, which the client knows; the others are asked by pages.
FOR_PAGES = re.compile("GET /(board/.*)?")

ERRORS = {
    400: RefusedError,
    403: RefusedError,
    404: NotFoundError,
    409: RefusedError,
    412: RefusedError,
    413: TooLargeError,
    415: RefusedError,
    422: RefusedError,
    500: FailedError,
    503: NoAnswerError,
}


@dataclass(frozen=True)
class Example:
    operation: str
    status: int
    body: Any


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    with serving(tmp_path_factory.mktemp("service")) as url:
        document = requests.get(f"{url}/openapi.json", timeout=10).json()
    return [example for example in published(document) if not FOR_PAGES.fullmatch(example.operation)]


def published(document: Any) -> Iterator[Example]:
    """Yield every example of an answer in JSON."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for media_type, content in answer.get("content", {}).items():
                    if media_type in ("application/json", "application/problem+json"):
                        for example in content.get("examples", {}).values():
                            dry_run = "?dry_run=true" if "dry_run" in example["value"] else ""
                            yield Example(f"{method.upper()} {path}{dry_run}", int(status), example["value"])


def raw(decoded: object) -> Any:
    """The JSON of what was decoded, None if it is not kept."""
    if isinstance(decoded, Response):
        return decoded.raw
    if isinstance(decoded, Iterable) and not isinstance(decoded, str):
        return [raw(one) for one in decoded]
    return None


def test_every_operation_has_an_example_and_a_call(examples: list[Example]) -> None:
    assert {example.operation for example in examples if example.status == 200} == set(CALLS)


def test_every_example_of_a_success_is_decoded(examples: list[Example], client: Client, service: StandIn) -> None:
    for example in examples:
        if example.status == 200:
            service.always(Answer(body=example.body))
            found = raw(CALLS[example.operation](client))
            listed = next((value for value in example.body.values() if isinstance(value, list)), None)
            assert found in (None, example.body, listed), example.operation


def test_every_example_of_an_error_is_raised_with_its_sentences(
    examples: list[Example], client: Client, service: StandIn
) -> None:
    errors = [example for example in examples if example.status != 200]
    assert {example.status for example in errors} >= {400, 404, 409, 413, 422, 503}
    for example in errors:
        service.always(Answer(example.status, example.body))
        with pytest.raises(ERRORS[example.status]) as raised:
            CALLS[example.operation](client)
        sentences = [example.body["error"], *chain.from_iterable(example.body.get("details", {}).values())]
        assert all(sentence.rstrip(".") in str(raised.value) for sentence in sentences), example.operation
