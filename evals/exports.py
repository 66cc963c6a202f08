"""Exports kept by name, so that several people can label them, by API or one after another in the terminal."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from evals.data.rows import GoldRow, Kind
from evals.errors import EvaluationError
from evals.live import LiveRow, labelled, read_live, write_live
from state.decision import Lane
from state.file_lock import held

NAME: Final = r"^[a-z0-9][a-z0-9_-]{0,63}$"


class ExportNotFoundError(EvaluationError):
    """There is no export of that name, or no such row in it."""

    code: ClassVar[str] = "export_not_found"


class ExportExistsError(EvaluationError):
    """An export of that name is there, and labels may be in it."""

    code: ClassVar[str] = "export_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an export {name!r}.", hint="Take another name: labels may be in that one.")


class Label(BaseModel):
    """Where a message should have gone; without a `lane` it is `skipped`: nobody can tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lane: Lane | None = None
    intent: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    kind: Kind | None = None
    notes: Annotated[str, StringConstraints(max_length=500)] = ""
    skipped: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.lane is None) != self.skipped:
            raise PydanticCustomError("label", "give a 'lane', or 'skipped': true, and not both")
        return self


class ExportSummary(BaseModel):
    """An export and how far its labelling is."""

    name: str
    rows: int
    labelled: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """A folder with one JSONL file an export; a label is on the disk when `label` returns."""

    root: Path

    def summaries(self) -> list[ExportSummary]:
        """Return what there is, by name."""
        return [self._summary(path.stem) for path in sorted(self.root.glob("*.jsonl"))]

    def add(self, name: str, rows: Sequence[LiveRow]) -> ExportSummary:
        """Keep rows under a new name; raises `ExportExistsError`."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._held(name):
            if self._path(name).exists():
                raise ExportExistsError(name)
            write_live(self._path(name), rows)
        return self._summary(name)

    def rows(self, name: str) -> list[LiveRow]:
        """Return an export's rows; raises `ExportNotFoundError`."""
        if re.match(NAME, name) is None or not self._path(name).is_file():
            raise ExportNotFoundError(f"There is no export {name[:64]!r}.", hint="List them, or export turns first.")
        return read_live(self._path(name))

    def gold(self, name: str) -> list[GoldRow]:
        """Return what has a label, as a set; raises `ExportNotFoundError`."""
        return labelled(self.rows(name))

    def label(self, name: str, row_id: str, label: Label) -> LiveRow:
        """Write a row's label, in an earlier one's place if there is one; raises `ExportNotFoundError`."""
        self.rows(name)
        with self._held(name):
            rows = self.rows(name)
            for place, row in enumerate(rows):
                if row.id == row_id:
                    said = {**label.model_dump(exclude={"kind"}), "kind": label.kind or row.kind}
                    rows[place] = row.model_copy(update=said)
                    write_live(self._path(name), rows)
                    return rows[place]
        raise ExportNotFoundError(f"There is no row {row_id[:64]!r} in it.", hint="Read the export's rows again.")

    def _summary(self, name: str) -> ExportSummary:
        rows = self.rows(name)
        waiting = sum(row.waits for row in rows)
        return ExportSummary(name=name, rows=len(rows), labelled=len(labelled(rows)), waiting=waiting)

    def _path(self, name: str) -> Path:
        return self.root / f"{name}.jsonl"

    def _held(self, name: str) -> AbstractContextManager[None]:
        """Keep other processes on this folder out until the file is written."""
        return held(self.root / f"{name}.lock")
