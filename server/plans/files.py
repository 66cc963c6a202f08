"""The files of a run: what it was given and what its steps made, found in its records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pydantic import JsonValue, ValidationError

from nodes.agents.ports import Artefact
from state.errors import LanewayError
from state.stored_run import StoredRun

_KEYS: Final = frozenset(Artefact.model_fields)
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_SITE: Final = "site"


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of a run; `path` is where it belongs among the run's files, relative and harmless, and no other's."""

    path: str
    artefact: Artefact


class RunFileNotFoundError(LanewayError):
    """A run has no file of this content, or it is not kept any more."""

    code = "file_not_found"

    def __init__(self, run: str, sha256: str) -> None:
        super().__init__(
            f"Run {run!r} has no file {sha256[:80]!r}, or it is not kept any more.",
            hint=f"Look which it has: laneway workflow files {run}",
        )


def files_of(stored: StoredRun) -> list[RunFile]:
    """Return a run's files, those of its result first, then its steps' and those it was given; each content once."""
    found: dict[str, RunFile] = {}
    taken: set[str] = set()
    for value in (stored.run.output, *(task.result for task in stored.tasks.values()), dict(stored.run.input)):
        for path, artefact in _artefacts(value):
            if artefact.sha256 not in found:
                found[artefact.sha256] = RunFile(_free(path, artefact, taken), artefact)
    return list(found.values())


def file_of(stored: StoredRun, sha256: str) -> RunFile:
    """Return one file of a run; raises `RunFileNotFoundError`."""
    for one in files_of(stored):
        if one.artefact.sha256 == sha256:
            return one
    raise RunFileNotFoundError(stored.run.id, sha256)


def _free(path: str, artefact: Artefact, taken: set[str]) -> str:
    """Return a path without `..`, root or hidden parts, that no file has yet."""
    parts = [part.strip(" .") for part in path.replace("\\", "/").split("/")]
    wanted = PurePosixPath(*([part for part in parts if part.isprintable() and part] or [artefact.sha256[:12]]))
    if str(wanted).casefold() in taken:
        wanted = wanted.with_stem(f"{wanted.stem}-{artefact.sha256[:8]}")
    taken.add(str(wanted).casefold())
    return str(wanted)


def _artefacts(value: JsonValue) -> Iterator[tuple[str, Artefact]]:
    match value:
        case dict() if value.keys() >= _KEYS:
            yield from _artefact(value)
        case {"path": str(path), "artefact": dict(one)}:  # a page of a site, which belongs at its own place
            yield from ((f"{_SITE}/{path}", artefact) for _, artefact in _artefact(one))
        case dict():
            for inner in value.values():
                yield from _artefacts(inner)
        case list():
            for inner in value:
                yield from _artefacts(inner)


def _artefact(value: dict[str, JsonValue]) -> Iterator[tuple[str, Artefact]]:
    try:
        artefact = Artefact.model_validate(value)
    except ValidationError:
        return
    if _DIGEST.fullmatch(artefact.sha256):  # whoever starts a run says what is in its input
        yield artefact.name, artefact
