"""The Lua script, and calls of it. One script holds every operation, so a server has all of them or none."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import ormsgpack

_PARTS: Final = (
    "model",
    "elements",
    "read",
    "history",
    "sweep",
    "forget",
    "turns",
    "catalogue",
    "put",
    "writes",
    "thread",
    "dispatch",
)

SOURCE: Final = "\n".join(
    resources.files(__package__).joinpath("lua", f"{part}.lua").read_text(encoding="utf-8") for part in _PARTS
)
SHA: Final = hashlib.sha1(SOURCE.encode(), usedforsecurity=False).hexdigest()


Command = list[str | bytes | int]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation on the keys of one slot. `arguments` become a Lua table, `values` stay binary."""

    operation: str
    keys: Sequence[str]
    arguments: dict[str, Any]
    values: Sequence[bytes] = ()

    def by_hash(self) -> Command:
        """Return the command for a server that knows the script."""
        return ["EVALSHA", SHA, *self._rest()]

    def by_source(self) -> Command:
        """Return the command for a server that doesn't: it teaches the script."""
        return ["EVAL", SOURCE, *self._rest()]

    def _rest(self) -> Command:
        return [len(self.keys), *self.keys, self.operation, ormsgpack.packb(self.arguments), *self.values]
