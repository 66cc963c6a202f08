"""A validator's findings in words for whoever wrote the value."""

from collections.abc import Mapping
from typing import Any, Final

_PLAIN: Final = {
    "tuple_type": "Input should be a list",
    "list_type": "Input should be a list",
    "set_type": "Input should be a list",
    "frozen_set_type": "Input should be a list",
    "string_type": "Input should be a text",
    "dict_type": "Input should be a mapping",
}


def said_of(error: Mapping[str, Any]) -> str:
    """Return what one of pydantic's findings says, without its vocabulary of Python types; no full stop."""
    context: Mapping[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "union_tag_not_found":
            return f"It has no {_code(context['discriminator'])}"
        case "union_tag_invalid":
            return f"Its {_code(context['discriminator'])} should be one of {context['expected_tags']}"
        case kind:
            return _PLAIN.get(kind, str(error["msg"]).removeprefix("Value error, "))


def _code(quoted: str) -> str:
    return "`" + quoted.strip("'") + "`"
