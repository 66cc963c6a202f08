"""The file of what models' probabilities are worth: written by `laneway eval run --recalibrate`, read at start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nodes.routers.recalibration import Recalibration, Recalibrations
from state.errors import InvalidInputError


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    prompt: str
    model: str
    slope: Annotated[float, Field(ge=0)]
    offset: float


_ENTRIES = TypeAdapter(list[_Entry])


def recalibrations_in(data_dir: Path, tenant: str) -> Path:
    """Return where a tenant's file is."""
    return data_dir / "recalibrations" / f"{tenant}.json"


def read_recalibrations(path: Path) -> Recalibrations:
    """Return what the file says, nothing where there is none; raises `InvalidInputError`."""
    if not path.is_file():
        return {}
    try:
        entries = _ENTRIES.validate_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidInputError(
            f"{path} is not what `laneway eval run --recalibrate` writes.",
            hint="Delete it, and run that again to fit it anew; without it models are taken at their word.",
        ) from error
    return {(one.prompt, one.model): Recalibration(one.slope, one.offset) for one in entries}


def keep_recalibrations(path: Path, fitted: Mapping[tuple[str, str], Recalibration | None]) -> None:
    """Add to the file in one step what was fitted; a None removes what was there."""
    known = {**read_recalibrations(path), **fitted}
    entries = [
        _Entry(prompt=prompt, model=model, slope=one.slope, offset=one.offset)
        for (prompt, model), one in sorted(known.items(), key=lambda entry: entry[0])
        if one is not None
    ]
    if not entries:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_bytes(_ENTRIES.dump_json(entries, indent=2))
    draft.replace(path)
