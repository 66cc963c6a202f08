"""A run: what was measured, on what, and each outcome; the file it is kept in, and the folder of such files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import EvaluationError
from evals.figures import Figures
from evals.outcome import Outcome

VERSION: Final = 1
Mode = Literal["trained", "dialogues", "tenant"]


class Run(BaseModel):
    """One evaluation.

    `about` says what was measured in the order it is shown in: set, router, prompt, model, seed, fingerprint.
    """

    model_config = ConfigDict(frozen=True)

    v: int = VERSION
    id: str
    created: str
    mode: Mode
    about: dict[str, str]
    figures: Figures
    outcomes: list[Outcome]

    @property
    def wrong(self) -> list[Outcome]:
        """The rows that went wrong; text that is out of scope can't, where a router has no word for it."""
        return [one for one in self.outcomes if not one.right and not (self.mode == "trained" and one.outside)]

    @property
    def wrong_intents(self) -> list[Outcome]:
        """The rows whose lane is right, and whose intent is another."""
        return [one for one in self.outcomes if one.right and one.intent_known and not one.intent_right]

    def as_json(self) -> bytes:
        """Return the run as JSON; its single figures stand at the top too, for whoever only wants a number."""
        kept = self.model_dump(mode="json")
        flat = {name: value for name, value in kept["figures"].items() if not isinstance(value, dict | list)}
        return orjson.dumps({"v": self.v, "id": self.id, **flat, **kept}, option=orjson.OPT_INDENT_2)


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list of runs."""

    id: str
    created: str
    about: dict[str, str]
    figures: Figures


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where runs are kept: a folder a run, with `run.json` and the report."""

    root: Path

    def keep(self, run: Run) -> Path:
        """Write a run; return its folder."""
        folder = self.root / run.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_bytes(run.as_json())
        return folder

    def find(self, name: str) -> Path:
        """Return the file of a run by its path, its id, a part of its id that no other has, or `last`.

        Raises:
            EvaluationError: there is none, or several.
        """
        path = Path(name)
        if path.is_file():
            return path
        ids = self.ids()
        fits = ids[:1] if name == "last" else [one for one in ids if one == name] or [one for one in ids if name in one]
        if len(fits) == 1:
            return self.root / fits[0] / "run.json"
        several = f"{len(fits)} runs are called like {name!r}" if fits else f"There is no run {name!r}"
        raise EvaluationError(f"{several}.", hint="`laneway eval ls` lists the runs; a path to a run's JSON does too.")

    def ids(self) -> list[str]:
        """Return the ids of all runs, the latest first."""
        if not self.root.is_dir():
            return []
        return sorted((path.parent.name for path in self.root.glob("*/run.json")), reverse=True)

    def latest(self, limit: int) -> list[Summary]:
        """Return what there is to say about the latest runs; one that can't be read is left out."""
        found = []
        for name in self.ids()[:limit]:
            try:
                run = read_run(self.root / name / "run.json")
            except EvaluationError:
                continue
            found.append(Summary(run.id, run.created, run.about, run.figures))
        return found


def new_id(now: datetime, about: dict[str, str]) -> str:
    """Return an id that sorts by time and says what was measured."""
    words = "-".join(Path(about[key]).stem for key in ("router", "set") if key in about)
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}"[:18] + f"-{words}"


def read_run(path: Path) -> Run:
    """Return the run in a file; raises `EvaluationError`."""
    try:
        given: dict[str, Any] = orjson.loads(path.read_bytes())
        return Run.model_validate(given)
    except OSError as error:
        raise EvaluationError(
            f"{path} can't be read: {error.strerror}.", hint="Give the JSON file of a run."
        ) from error
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise EvaluationError(
            f"{path} is not a run of `laneway eval run`.", hint="Make one with `laneway eval run ... --json FILE`."
        ) from error
