"""Operations of the API: requests, and all their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ingest_service.web.http.problem import PROBLEM, Error, Problem
from ingest_service.web.http.responses import HTML, JSON
from ingest_service.web.openapi.schemas import Model, parameters_of


@dataclass(frozen=True)
class Content:
    """Body that fits one of its models, with examples by their names; text if it has no models."""

    media_type: str
    models: tuple[Model, ...] = ()
    examples: Mapping[str, BaseModel | str] = field(default_factory=dict)


# To a browser that reads.
ERROR_PAGE = Content(HTML)


@dataclass(frozen=True)
class Parameter:
    """Parameter in the path, the query or a header."""

    name: str
    place: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """Answer of one status, with the names of its headers."""

    status: int
    description: str
    contents: tuple[Content, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """Method on a path such as `GET /status/{ingestion_id}`, with a name and a summary of one line."""

    route: str
    name: str
    summary: str
    answers: tuple[Answer, ...]
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Content | None = None
    body_required: bool = True


def json_of(**examples: BaseModel) -> Content:
    """Return a body of JSON that fits the models of its examples."""
    return Content(JSON, tuple(dict.fromkeys(type(example) for example in examples.values())), examples)


def failure(status: int, description: str, *headers: str, **examples: Error) -> Answer:
    """Return an answer that is an error, in all of its forms."""
    problems = {name: Problem.of(error, status, None) for name, error in examples.items()}
    contents = (Content(JSON, (Error,), examples), Content(PROBLEM, (Problem,), problems), ERROR_PAGE)
    return Answer(status, description, contents, headers)


def query_of(model: Model, **descriptions: str) -> tuple[Parameter, ...]:
    """Return the parameters of a query, each with its description."""
    schemas = parameters_of(model)
    return tuple(Parameter(name, "query", text, schemas[name]) for name, text in descriptions.items())
