"""A worked example of each template that can be tried without anything at hand."""

import base64
from pathlib import Path
from typing import Final

import yaml
from pydantic import JsonValue, TypeAdapter

from graphs.template_files import ALIASES

FOLDER: Final = Path(__file__).with_name("templates") / "examples"
_INPUTS: Final = TypeAdapter(dict[str, dict[str, JsonValue]])


def example_names() -> list[str]:
    """Return the templates that have an example."""
    return sorted(_inputs())


def example_of(template: str) -> dict[str, JsonValue] | None:
    """Return the input of a template's example, None where it has none."""
    found = _inputs().get(ALIASES.get(template, template))
    filled = None if found is None else _filled(found)
    return filled if isinstance(filled, dict) else None


def _inputs() -> dict[str, dict[str, JsonValue]]:
    return _INPUTS.validate_python(yaml.safe_load((FOLDER / "inputs.yaml").read_text(encoding="utf-8")))


def _filled(value: JsonValue) -> JsonValue:
    match value:
        case {"file": str(name)}:
            return {"name": name, "base64": base64.b64encode((FOLDER / name).read_bytes()).decode()}
        case {"read": str(name)}:
            read: JsonValue = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
            return read
        case dict():
            return {key: _filled(one) for key, one in value.items()}
    return value
