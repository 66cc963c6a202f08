"""What was learned from a tenant's texts, kept in a file under their hash: one process learns, the others read."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from state.file_lock import held

Arrays = Mapping[str, npt.NDArray[Any]]
Learned = TypeVar("Learned")

MOST: Final = 8
"""Files of a kind that stay: each edit of a text makes one, of 20 MB for a shop with 18,000 examples."""


def learned(
    path: Path | None,
    learn: Callable[[], Learned],
    *,
    read: Callable[[Arrays], Learned | None],
    write: Callable[[Learned], Arrays],
) -> Learned:
    """Return what is kept at `path`, else what `learn` makes, which is then kept there.

    Args:
        path: kind-hash.npz in a folder; None: nothing is kept.
        learn: called when there is no such file, or a damaged one, by one process at a time.
        read: makes of arrays what was learned; None or KeyError, IndexError, TypeError, ValueError: it doesn't fit.
        write: makes arrays of it.
    """
    if path is None:
        return learn()
    found = _read(path, read)
    if found is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with held(path.with_name(f"{_kind(path)}.lock")):
            found = _read(path, read)
            if found is None:
                found = learn()
                _keep(path, write(found))
                _forget(path)
    return found


def _read(path: Path, read: Callable[[Arrays], Learned | None]) -> Learned | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        return read(arrays) if all(bool(np.isfinite(one).all()) for one in arrays.values()) else None
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError, BadZipFile):
        return None


def _keep(path: Path, arrays: Arrays) -> None:
    """Write in one step, so that another process never reads half of it."""
    half = path.with_suffix(f".{os.getpid()}.tmp")
    with half.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    half.replace(path)


def _forget(path: Path) -> None:
    """Delete all files of this kind but the newest."""
    alike = path.parent.glob(f"{_kind(path)}-*{path.suffix}")
    for old in sorted(alike, key=lambda one: one.stat().st_mtime)[:-MOST]:
        old.unlink(missing_ok=True)


def _kind(path: Path) -> str:
    return path.name.partition("-")[0]
