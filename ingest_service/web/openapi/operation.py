"""An operation of the API: what may be asked, and everything that may be answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ingest_service.web.http.problem import PROBLEM, Error, Problem
from ingest_service.web.http.responses import JSON
from ingest_service.web.openapi.schemas import Model, parameters_of


@dataclass(frozen=True)
class Content:
    """A body that fits one of some models, with examples by their names; one without models is text."""

    media_type: str
    models: tuple[Model, ...] = ()
    examples: Mapping[str, BaseModel | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parameter:
    """What may stand in the path, the query or the headers."""

    name: str
    place: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What may be answered, with headers by their names."""

    status: int
    description: str
    contents: tuple[Content, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """A method on a path such as `GET /status/{ingestion_id}`, with a name and a line that says what it does."""

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
    """Return an answer that is an error, in both of its forms."""
    problems = {name: Problem.of(error, status, None) for name, error in examples.items()}
    contents = (Content(JSON, (Error,), examples), Content(PROBLEM, (Problem,), problems))
    return Answer(status, description, contents, headers)


def query_of(model: Model, **descriptions: str) -> tuple[Parameter, ...]:
    """Return the parameters of a query, each with its description."""
    schemas = parameters_of(model)
    return tuple(Parameter(name, "query", text, schemas[name]) for name, text in descriptions.items())
