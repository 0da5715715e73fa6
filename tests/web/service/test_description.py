"""The published description: valid, complete, and what is really answered."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, ValidationError

from ingest_service import __version__
from ingest_service.web.openapi.headers import HEADERS
from ingest_service.web.openapi.operation import Content
from ingest_service.web.service.description import description
from ingest_service.web.slots.models import Waiting
from tests.web.declared import TABLE, assert_fits


def routes(app: Flask) -> Iterator[str]:
    """Yield what the application answers, but for the files of the pages."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/docs/", "/board/files/")):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"


def test_the_table_has_every_route_and_no_other(app: Flask) -> None:
    assert sorted(TABLE) == sorted(routes(app))


def test_the_description_is_valid_openapi(client: FlaskClient) -> None:
    OpenAPIV31SpecValidator(client.get("/openapi.json").get_json()).validate()


def test_the_description_names_the_version_and_the_most_ids_at_once(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    assert described["info"]["version"] == __version__
    assert described["components"]["schemas"]["SubmissionBody"]["properties"]["ids"]["maxItems"] == 10


def test_the_description_is_not_sent_again_to_a_client_that_has_it(client: FlaskClient) -> None:
    tag = client.get("/openapi.json").headers["ETag"]
    again = client.get("/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def contents() -> Iterator[tuple[str, Content]]:
    """Yield every body of the table, with where it stands."""
    for route, operation in TABLE.items():
        yield from ((f"{route} asks", content) for content in ([operation.body] if operation.body else []))
        for answer in operation.answers:
            yield from ((f"{route} answers {answer.status}", content) for content in answer.contents)


@pytest.mark.parametrize(
    "content",
    [pytest.param(one, id=f"{place} {one.media_type}") for place, one in contents() if one.models],
)
def test_every_body_has_examples_and_they_are_as_bodies_are(content: Content) -> None:
    assert content.examples
    for example in content.examples.values():
        assert isinstance(example, BaseModel)
        assert_fits(content.models, example.model_dump_json(exclude_unset=True))


def test_an_answer_is_checked_to_the_kind_of_its_numbers() -> None:
    assert_fits((Waiting,), '{"ingestions": 1, "batches": 1, "ids": 1}')
    for wrong in ('"1"', "1.5", "true", "-1", "null"):
        with pytest.raises(ValidationError):
            assert_fits((Waiting,), f'{{"ingestions": 1, "batches": 1, "ids": {wrong}}}')


def test_what_is_required_is_described() -> None:
    required = {name for name, header in HEADERS.items() if header["required"]}
    assert required == {"X-Request-ID", "X-Server-Time", "ETag"}
    paths = description("1", 10)["paths"]
    assert paths["/ingest"]["post"]["requestBody"]["required"] is True
    assert paths["/ingestions/{ingestion_id}/retry"]["post"]["requestBody"]["required"] is False


def test_a_parameter_that_may_be_left_out_is_not_described_as_null() -> None:
    parameters = {one.name: one.schema for one in TABLE["GET /ingestions"].parameters}
    assert parameters["status"] == {
        "enum": ["yet_to_start", "triggered", "completed", "cancelled"],
        "type": "string",
    }
    assert parameters["limit"] == {"default": 100, "maximum": 1000, "minimum": 1, "type": "integer"}


def test_a_field_has_no_title_that_only_says_its_name_again() -> None:
    schema = description("1", 10)["components"]["schemas"]["SubmissionBody"]
    assert "title" not in schema["properties"]["ids"]
