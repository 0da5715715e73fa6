"""The OpenAPI 3.1 document, made from the table of operations and the models of bodies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from pydantic import BaseModel

from ingest_service.web.http.request_id import HEADER as REQUEST_ID
from ingest_service.web.openapi.conventions import about
from ingest_service.web.openapi.headers import HEADERS, NAME_OF_REQUEST
from ingest_service.web.openapi.operation import Answer, Content, Operation, Parameter
from ingest_service.web.openapi.schemas import Model, reference, schemas_of

# Operations by the heading under which the description has them.
Table = Mapping[str, Sequence[Operation]]


def document(table: Table, version: str) -> dict[str, Any]:
    """Return the description of the operations of a table, as JSON has it."""
    return {
        "openapi": "3.1.0",
        "info": about(version),
        # Relative to this document, so that it is right behind every proxy.
        "servers": [{"url": ".", "description": "this server"}],
        "security": [],
        "tags": [{"name": heading} for heading in table],
        "paths": _paths(table),
        "components": {
            "schemas": schemas_of(_models(chain.from_iterable(table.values()))),
            "headers": HEADERS,
            "parameters": {REQUEST_ID: _parameter(NAME_OF_REQUEST)},
        },
    }


def _models(operations: Iterable[Operation]) -> Iterator[Model]:
    for operation in operations:
        yield from operation.body.models if operation.body else ()
        for answer in operation.answers:
            for content in answer.contents:
                yield from content.models


def _paths(table: Table) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for heading, operations in table.items():
        for operation in operations:
            method, path = operation.route.split()
            paths.setdefault(path, {})[method.lower()] = {"tags": [heading], **_operation(operation)}
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    parameters = [_parameter(parameter) for parameter in operation.parameters]
    body = operation.body
    return _without_blanks(
        operationId=operation.name,
        summary=operation.summary,
        description=operation.description,
        parameters=[*parameters, {"$ref": f"#/components/parameters/{REQUEST_ID}"}],
        requestBody={"required": operation.body_required, "content": _contents([body])} if body else None,
        responses={str(answer.status): _answer(answer) for answer in operation.answers},
    )


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    names = (*answer.headers, REQUEST_ID)
    return _without_blanks(
        description=answer.description,
        headers={name: {"$ref": f"#/components/headers/{name}"} for name in names},
        content=_contents(answer.contents),
    )


def _contents(contents: Iterable[Content]) -> dict[str, Any]:
    return {
        content.media_type: _without_blanks(
            schema=_schema(content.models),
            examples={name: {"value": _value(example)} for name, example in content.examples.items()},
        )
        for content in contents
    }


def _value(example: BaseModel | str) -> Any:
    return example if isinstance(example, str) else example.model_dump(mode="json", exclude_unset=True)


def _schema(models: tuple[Model, ...]) -> dict[str, Any]:
    references = [reference(model) for model in models]
    return {"oneOf": references} if len(references) > 1 else dict(*references)


def _without_blanks(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
