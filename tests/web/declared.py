"""A client that takes no answer but those that the published description has."""

import gzip
import re
from functools import reduce
from operator import or_
from typing import Any

from flask.testing import FlaskClient
from pydantic import TypeAdapter
from werkzeug.test import TestResponse

from ingest_service.web.openapi.headers import HEADERS
from ingest_service.web.openapi.operation import Answer, Operation
from ingest_service.web.openapi.schemas import Model
from ingest_service.web.service.description import OPERATIONS

TABLE = {operation.route: operation for operations in OPERATIONS.values() for operation in operations}


class DeclaredClient(FlaskClient):
    """Checks every answer to an operation: its status, its headers, its media type and its body."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        operation = operation_of(response.request.method, response.request.path)
        if operation is not None:
            assert_declared(operation, response)
        return response


def operation_of(method: str, path: str) -> Operation | None:
    """Return what of the table is asked for; HEAD is GET without a body."""
    asked = f"{'GET' if method == 'HEAD' else method} {path}"
    found = [one for route, one in TABLE.items() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), asked)]
    assert len(found) <= 1
    return found[0] if found else None


def assert_declared(operation: Operation, response: TestResponse) -> None:
    answers = {answer.status: answer for answer in operation.answers}
    assert response.status_code in answers, f"{operation.route} does not declare {response.status}"
    answer = answers[response.status_code]
    assert_headers(answer, response)
    if response.request.method != "HEAD":
        assert_body(answer, response)


def assert_headers(answer: Answer, response: TestResponse) -> None:
    answered = {name for name in HEADERS if name in response.headers} - {"X-Request-ID"}
    assert answered <= set(answer.headers)
    assert {name for name in answer.headers if HEADERS[name]["required"]} <= answered


def assert_body(answer: Answer, response: TestResponse) -> None:
    contents = {content.media_type: content for content in answer.contents}
    if not contents:
        assert response.data == b""
        return
    assert response.mimetype in contents
    models = contents[response.mimetype].models
    if models:
        is_packed = response.content_encoding == "gzip"
        assert_fits(models, gzip.decompress(response.data) if is_packed else response.data)


def assert_fits(models: tuple[Model, ...], text: str | bytes) -> None:
    """Assert that a JSON text fits one of these models, and has nothing that is not in it."""
    either: Any = reduce(or_, models)
    TypeAdapter[Any](either).validate_json(text, extra="forbid")
