"""What a task of a `for_each` is called: its step, and the item it is about."""

from typing import Final

from pydantic import JsonValue

from state.plan import Step

_NAMING: Final = ("title", "name", "label", "heading", "id", "key", "slug")
_LONGEST: Final = 40


def title_of(step: Step, item: JsonValue, position: int) -> str:
    """Return `STEP: ITEM`, by what the item calls itself; `STEP [3]`, counted from 0, where it has no name."""
    called = _called(item)
    return f"{step.title or step.id}: {called}" if called else f"{step.title or step.id} [{position}]"


def _called(item: JsonValue) -> str:
    if isinstance(item, dict):
        return next((found for key in _NAMING if (found := _called_plain(item.get(key)))), "")
    return _called_plain(item)


def _called_plain(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    words = " ".join(str(value).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
