"""The models of bodies and queries as JSON Schema."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

Model = type[BaseModel]
SCHEMAS = "#/components/schemas/"


class SchemaWithoutTitles(GenerateJsonSchema):
    """Generator without titles for fields: they would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the same for every schema
        """Return False for every field."""
        return False


def schemas_of(models: Iterable[Model]) -> dict[str, Any]:
    """Return the schemas of models, and of all models that they refer to, by their names."""
    wanted = [(model, "validation") for model in dict.fromkeys(models)]
    _, schemas = models_json_schema(wanted, ref_template=SCHEMAS + "{model}", schema_generator=SchemaWithoutTitles)  # type: ignore[arg-type]
    found: dict[str, Any] = schemas["$defs"]
    return found


def reference(model: Model) -> dict[str, str]:
    """Return a reference to the schema of a model."""
    return {"$ref": SCHEMAS + model.__name__}


def parameters_of(query: Model) -> dict[str, Mapping[str, Any]]:
    """Return the schemas of the parameters of a query. A parameter that may be None is optional, never null."""
    schema = query.model_json_schema(schema_generator=SchemaWithoutTitles)
    return {name: _not_null(field) for name, field in schema["properties"].items()}


def _not_null(field: Mapping[str, Any]) -> Mapping[str, Any]:
    if "anyOf" not in field:
        return field
    choice, _null = field["anyOf"]
    given: Mapping[str, Any] = choice
    return given
