"""Prompts as files, `<name>/<version>.md`: what a version says never changes once it is released.

A tenant's own are in the folder `prompts` of its folder and stand beside the bundled ones.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from html import escape
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from prompts.texts import variables

BUNDLED: Final = Path(__file__).parent
RELEASED: Final = "released.yaml"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_REFERENCE: Final = re.compile(r"([a-z][a-z0-9_]{0,39})(?:@([0-9]{1,4}))?")
_PARTS: Final = re.compile(r"\A---\n(.*?)\n---\n\s*# System\n(.*?)\n# User\n(.*)\Z", re.DOTALL)
_HASHES: Final = TypeAdapter(dict[str, str])
_PERCENT: Final = 100


class PromptError(ValueError):
    """A prompt that is not there, was changed after its release, or can't be filled in; the words say what to do."""


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=1)]
    variables: list[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]]


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One version of a prompt.

    Attributes:
        name: what it is for, such as `router`.
        version: counts from 1.
        digest: of the file's bytes, eight hexadecimal digits.
        note: what is new in it.
        variables: what it is filled in with; no more, no less.
        system: the part that stays the same from call to call.
        user: the part that changes.
        path: the file.
    """

    name: str
    version: int
    digest: str
    note: str
    variables: frozenset[str]
    system: str = field(repr=False)
    user: str = field(repr=False)
    path: Path

    @property
    def reference(self) -> str:
        """What decisions and calls carry: `router@1#0a1b2c3d`."""
        return f"{self.name}@{self.version}#{self.digest}"

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return the system and the user part with `values`, in which `<`, `>` and `&` are escaped.

        Raises:
            PromptError: a variable is missing, or there is one too many.
        """
        if values.keys() != self.variables:
            wrong = ", ".join(sorted(values.keys() ^ self.variables))
            raise PromptError(f"{self.path}: its variables are {', '.join(sorted(self.variables))}; wrong is {wrong}.")
        safe = {name: escape(value, quote=False) for name, value in values.items()}
        return self.system.format_map(safe), self.user.format_map(safe)


class Prompts:
    """The prompts of some folders; a later folder's versions stand beside those of an earlier one."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [folder for folder in folders if folder.is_dir()]

    def names(self) -> list[str]:
        """Return what there are prompts for."""
        found = {path.parent.name for folder in self._folders for path in folder.glob("*/[0-9]*.md")}
        return sorted(name for name in found if _NAME.fullmatch(name))

    def versions(self, name: str) -> list[PromptFile]:
        """Return every version of a prompt, the first one first; raises `PromptError`."""
        paths = {
            int(path.stem): path
            for folder in self._folders
            for path in sorted((folder / name).glob("*.md"))
            if path.stem.isdecimal()
        }
        if not _NAME.fullmatch(name) or not paths:
            known = ", ".join(self.names()) or "none"
            raise PromptError(f"There is no prompt {name!r}; there are: {known}.")
        return [read(name, version, paths[version]) for version in sorted(paths)]

    def get(self, reference: str) -> PromptFile:
        """Return a prompt by `name@version`, or the latest released one by its name; raises `PromptError`."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise PromptError(f"{reference!r} names no prompt: write it as router@2.")
        known = self.versions(found[1])
        if found[2] is None:
            released = [one for one in known if self.is_released(one)]
            if not released:
                raise PromptError(f"No version of {found[1]!r} is released: `laneway prompts release {found[1]}@1`.")
            return released[-1]
        wanted = [one for one in known if one.version == int(found[2])]
        if not wanted:
            there = ", ".join(str(one.version) for one in known)
            raise PromptError(f"There is no version {found[2]} of {found[1]!r}; there are: {there}.")
        return wanted[0]

    def is_released(self, prompt: PromptFile) -> bool:
        """Tell whether a version is released; raises `PromptError` when it was changed since."""
        digest = _released(prompt.path.parents[1]).get(f"{prompt.name}@{prompt.version}")
        if digest is not None and digest != prompt.digest:
            raise PromptError(
                f"{prompt.path} was changed after its release: put it back, "
                f"and write the change as {prompt.name}@{prompt.version + 1}."
            )
        return digest is not None

    def shared_out(self, name: str, shares: Mapping[int, int]) -> Callable[[str], PromptFile]:
        """Return what gives a session its version: by `shares` in percent, always the same; else the latest.

        Everything is read now.

        Raises:
            PromptError: there is none, or a version with a share is not released.
        """
        others = self.get(name)
        wanted = [(self.get(f"{name}@{version}"), shares[version]) for version in sorted(shares)]
        for one, share in wanted:
            if share and not self.is_released(one):
                raise PromptError(f"{one.path} is a draft: `laneway prompts release {name}@{one.version}` first.")

        def version_of(session: str) -> PromptFile:
            place = int.from_bytes(blake2s(f"{name} {session}".encode(), digest_size=4).digest()) % _PERCENT
            for one, share in wanted:
                place -= share
                if place < 0:
                    return one
            return others

        return version_of


def read(name: str, version: int, path: Path) -> PromptFile:
    """Return what a prompt's file says; raises `PromptError` with what is wrong in it."""
    raw = path.read_bytes()
    parts = _PARTS.match(raw.decode("utf-8", "replace"))
    if parts is None:
        raise PromptError(f"{path}: it needs front matter between two lines ---, then `# System`, then `# User`.")
    try:
        head = _Head.model_validate(yaml.safe_load(parts[1]))
        system, user = parts[2].strip(), parts[3].strip()
        used = variables(system) | variables(user)
    except yaml.YAMLError as error:
        raise PromptError(f"{path}: its front matter is not YAML.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise PromptError(f"{path}, {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except ValueError as error:
        raise PromptError(f"{path}: {error}.") from error
    if used != set(head.variables):
        wrong = ", ".join(sorted(used ^ set(head.variables)))
        raise PromptError(f"{path}: `variables` and what stands in braces differ in {wrong}.")
    digest = blake2s(raw, digest_size=4).hexdigest()
    return PromptFile(name, version, digest, head.note, frozenset(head.variables), system, user, path)


def release(prompt: PromptFile) -> None:
    """Write down what a version says, so that it can't change any more."""
    folder = prompt.path.parents[1]
    known = _released(folder) | {f"{prompt.name}@{prompt.version}": prompt.digest}
    lines: Sequence[str] = [f"{name}: {digest!r}\n" for name, digest in sorted(known.items())]
    (folder / RELEASED).write_text(
        "# What released prompts say, by `laneway prompts release`. Not written by hand.\n" + "".join(lines)
    )


def _released(folder: Path) -> dict[str, str]:
    path = folder / RELEASED
    try:
        return _HASHES.validate_python(yaml.safe_load(path.read_text()) or {}) if path.exists() else {}
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(f"{path} can't be read: restore it, or delete it and release the prompts anew.") from error
