"""The OpenAPI document's part for bodies that we read ourselves."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return what a route says of its body."""
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"content": {"application/json": {"schema": reference}}}}


def schemas_of(*models: type[BaseModel]) -> dict[str, Any]:
    """Return the schemas of bodies, for the document's components."""
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return dict(schemas["$defs"])
