"""Read JSON lines into rows; what is wrong names file, line, field and the way out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
from pydantic import ValidationError

from evals.data.rows import DialogueRow, GoldRow, IntentRow, LabelsRow, Row
from evals.datasets import FOLDER, bundled
from evals.errors import EvaluationError

_SHAPES: Final[list[tuple[str, type[Row]]]] = [
    ("scenario_id", GoldRow),
    ("lane", GoldRow),
    ("dialogue", DialogueRow),
    ("intents", LabelsRow),
    ("intent", IntentRow),
]
_HOW: Final = "docs/evals.md shows each format with an example."
_CALLED: Final[dict[type[Row], str]] = {
    GoldRow: "gold rows of a tenant",
    IntentRow: "texts with an intent (to measure those: --examples)",
    LabelsRow: "texts with several intents (to measure those: --examples)",
    DialogueRow: "turns of dialogues (to measure those: --examples)",
}

SomeRow = TypeVar("SomeRow", GoldRow, IntentRow, LabelsRow, DialogueRow)


def set_files(name: str) -> list[Path]:
    """Return the files of a set: a bundled one by name, a folder of `.jsonl` files, or one file.

    Raises:
        EvaluationError: there is no such set, or it has no file.
    """
    bundle = FOLDER / name
    place = bundle if name in bundled() else Path(name)
    if place.is_file():
        return [place]
    files = sorted(place.glob("*.jsonl")) if place.is_dir() else []
    if not files:
        known = ", ".join(bundled()) or "none yet"
        raise EvaluationError(
            f"There is no set {name!r}.",
            hint=f"Give the path of a .jsonl file, or of a folder of them, or a set that comes with it ({known}).",
        )
    return files


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a JSON-lines file, all of one format.

    Raises:
        EvaluationError: names file, line and field of the first row that is wrong.
    """
    rows: list[Row] = []
    for number, line in enumerate(_bytes(path).splitlines(), start=1):
        if line.strip():
            rows.append(_row(line, f"{path}:{number}", type(rows[0]) if rows else None))
    if not rows:
        raise EvaluationError(f"{path} has no rows.", hint=f"Write one JSON object a line. {_HOW}")
    return rows


def read_gold(name: str) -> list[GoldRow]:
    """Return every row of a set of gold rows; raises `EvaluationError`, also when two rows share an id."""
    rows: list[GoldRow] = []
    seen: dict[str, Path] = {}
    for path in set_files(name):
        for row in all_of(read_rows(path), GoldRow, path):
            if row.id in seen:
                raise EvaluationError(
                    f"{path}: the id {row.id!r} is in {seen[row.id]} already.", hint="Give every row an id of its own."
                )
            seen[row.id] = path
            rows.append(row)
    return rows


def all_of(rows: Sequence[Row], shape: type[SomeRow], path: Path) -> list[SomeRow]:
    """Return `rows` as rows of one format; raises `EvaluationError` when they are of another."""
    found = [row for row in rows if isinstance(row, shape)]
    if len(found) < len(rows):
        raise EvaluationError(
            f"{path} holds rows of another format: {_CALLED[type(rows[0])]}, wanted are {_CALLED[shape]}.", hint=_HOW
        )
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvaluationError(
            f"{path} can't be read: {error.strerror}.", hint="Give the path of a .jsonl file."
        ) from error


def _row(line: bytes, where: str, like: type[Row] | None) -> Row:
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise EvaluationError(f"{where}: not JSON ({error}).", hint="Write one JSON object a line.") from error
    if not isinstance(given, dict):
        raise EvaluationError(f"{where}: not a JSON object.", hint=_HOW)
    shape = _shape(given, where)
    if like is not None and shape is not like:
        raise EvaluationError(
            f"{where}: a {shape.__name__} among {like.__name__}s.", hint="Keep one format a file. " + _HOW
        )
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the row"
        raise EvaluationError(
            f"{where}: field {field!r}: {first['msg']} (it is {_short(first.get('input'))}).",
            hint=f"Correct the field, or delete the line. {_HOW}",
        ) from error


def _shape(given: dict[str, Any], where: str) -> type[Row]:
    for key, shape in _SHAPES:
        if key in given:
            return shape
    raise EvaluationError(
        f"{where}: no format has the fields {', '.join(sorted(given)) or '(none)'}.",
        hint=f"A row has at least 'text' and 'intent'. {_HOW}",
    )


def _short(value: object) -> str:
    return f"{value!r:.60}"
