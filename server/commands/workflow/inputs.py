"""What `--input` says: `name=value`, `name=@file` or `@file.json`; YAML is read as JSON is."""

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import yaml
from pydantic import JsonValue, TypeAdapter, ValidationError

from state.errors import InvalidInputError

LARGEST_FILE: Final = 100 * 1024 * 1024
_YAML: Final = frozenset({".yaml", ".yml"})
_DATA: Final = _YAML | {".json"}
_VALUE: Final[TypeAdapter[JsonValue]] = TypeAdapter(JsonValue)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that is given to a run as it is."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """The input: plain values, and files by the name of their input."""

    values: dict[str, JsonValue] = field(default_factory=dict)
    files: dict[str, GivenFile] = field(default_factory=dict)


def read_inputs(options: Iterable[str]) -> Given:
    """Return what several `--input` say together; a later one wins.

    A value that is JSON (a number, `true`, a list, an object, a quoted text) is that, anything else is text.
    `name=@FILE.json` or `.yaml` is what the file says, `name=@FILE` the file itself.

    Raises:
        InvalidInputError: one can't be understood, or its file can't be read.
    """
    given = Given()
    for option in options:
        if option.startswith("@"):
            whole = _data_of(Path(option[1:]))
            if not isinstance(whole, dict):
                raise InvalidInputError(f"{option[1:]!r} is not a mapping.", hint='Write {"name": value, ...}.')
            given.values.update(whole)
            continue
        name, equals, value = option.partition("=")
        if not equals or not name:
            raise InvalidInputError(
                f"--input {option[:80]!r} can't be understood.",
                hint="Write --input name=value, --input name=@file, or --input @file.json.",
            )
        if value.startswith("@"):
            _add_file(given, name, Path(value[1:]))
        else:
            given.values[name] = _value(value)
    return given


def _add_file(given: Given, name: str, path: Path) -> None:
    if path.suffix.lower() in _DATA:
        given.values[name] = _data_of(path)
        return
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    given.files[name] = GivenFile(path.name, mime, _bytes_of(path))


def _value(text: str) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value


def _data_of(path: Path) -> JsonValue:
    return _yaml_of(path) if path.suffix.lower() in _YAML else _json_of(path)


def _yaml_of(path: Path) -> JsonValue:
    try:
        return _VALUE.validate_python(yaml.safe_load(_bytes_of(path)))
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        where = f" at line {mark.line + 1}" if mark else ""
        raise InvalidInputError(
            f"{str(path)!r} is not YAML of plain values{where}.",
            hint="Write texts, numbers, lists and mappings; put quotes around dates.",
        ) from error


def _json_of(path: Path) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(_bytes_of(path))
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(
            f"{str(path)!r} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            hint="Correct the file, or give it as name=@file with another ending to have it taken as it is.",
        ) from error
    return value


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InvalidInputError(f"{str(path)!r} is larger than 100 MiB.", hint="Give a smaller file.")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{str(path)!r} can't be read: {error.strerror}.", hint="Check its path.") from error
