"""References to what is known when a step begins: `${input.NAME}`, `${steps.ID.KEY[0]}`, `${item}`, `${index}`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from pydantic import JsonValue

from state.errors import InvalidInputError

MARK: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_PATH: Final = re.compile(r"\s*(input|steps|item|index)((?:\.[A-Za-z0-9_-]{1,64}|\[[0-9]{1,6}\])*)\s*")
_PART: Final = re.compile(r"\.([A-Za-z0-9_-]+)|\[([0-9]+)\]")

Where = tuple[str | int, ...]
"""The way to a value within a file: keys and positions."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference, taken apart: `root` and the keys and positions after it."""

    text: str
    root: str
    path: tuple[str | int, ...] = ()

    @property
    def step(self) -> str | None:
        """The step it needs, None when it needs none."""
        return str(self.path[0]) if self.root == "steps" and self.path else None


class ReferenceSyntaxError(ValueError):
    """A `${...}` that is no reference."""


def parse_reference(inner: str) -> Reference:
    """Return what stands between `${` and `}`; raises `ReferenceSyntaxError`."""
    found = _PATH.fullmatch(inner)
    text = "${" + inner[:60] + "}"
    if found is None:
        raise ReferenceSyntaxError(f"`{text}` is no reference")
    path = tuple(key or int(position) for key, position in _PART.findall(found[2]))
    if found[1] == "steps" and (not path or isinstance(path[0], int)):
        raise ReferenceSyntaxError(f"`{text}` names no step")
    return Reference(text, found[1], path)


def texts(value: JsonValue, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Yield every text within a value, with the way to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from texts(part, (*where, key))
    elif isinstance(value, Sequence):
        for position, part in enumerate(value):
            yield from texts(part, (*where, position))


def references(text: str) -> list[Reference]:
    """Return the references in a text; raises `ReferenceSyntaxError`."""
    return [parse_reference(found[1]) for found in MARK.finditer(text) if found[1] is not None]


def resolve(value: JsonValue, scope: Mapping[str, JsonValue]) -> JsonValue:
    """Return a value with its references filled in from `scope`, which has `input`, `steps`, `item`, `index`.

    What lies within `null` is `null`: so does an optional step without a result read.

    Raises:
        InvalidInputError: a reference names what isn't there.
    """
    if isinstance(value, str):
        return _filled(value, scope)
    if isinstance(value, Mapping):
        return {key: resolve(part, scope) for key, part in value.items()}
    if isinstance(value, list):
        return [resolve(part, scope) for part in value]
    return value


def look_up(reference: Reference, scope: Mapping[str, JsonValue]) -> JsonValue:
    """Return the value that a reference names; raises `InvalidInputError`."""
    if reference.root not in scope:
        raise _missing(reference, reference.root)
    found = scope[reference.root]
    for part in reference.path:
        if found is None:
            return None
        found = _within(found, part, reference)
    return found


def _within(value: JsonValue, part: str | int, reference: Reference) -> JsonValue:
    if isinstance(value, Mapping) and isinstance(part, str) and part in value:
        return value[part]
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    raise _missing(reference, part)


def _filled(text: str, scope: Mapping[str, JsonValue]) -> JsonValue:
    whole = MARK.fullmatch(text)
    if whole and whole[1] is not None:
        return look_up(parse_reference(whole[1]), scope)
    return MARK.sub(lambda found: "${" if found[1] is None else _words(look_up(parse_reference(found[1]), scope)), text)


def _words(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def _missing(reference: Reference, part: str | int) -> InvalidInputError:
    return InvalidInputError(
        f"`{reference.text}` names something that isn't there: {part!r}.",
        hint="Correct the reference, or let the step before return it.",
    )
