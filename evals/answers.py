"""Answers that a router has given, by everything that they depend on: the same question is not asked twice."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import orjson

from evals.data.rows import GoldRow
from evals.lines import Lines
from evals.outcome import Said


class Answers:
    """The answers of one router, as one fingerprint names it; kept in a file as they come."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._lines = Lines(folder / f"{fingerprint[:32]}.jsonl")
        self._known = {line["key"]: Said.model_validate(line["said"]) for line in self._lines.read()}
        self.remembered = 0

    def get(self, row: GoldRow, ordinal: int) -> Said | None:
        """Return what was said to the row the `ordinal`th time, None when it wasn't asked so often."""
        said = self._known.get(self._key(row, ordinal))
        self.remembered += said is not None
        return said

    def put(self, row: GoldRow, ordinal: int, said: Said) -> None:
        """Keep an answer."""
        key = self._key(row, ordinal)
        self._known[key] = said
        self._lines.add({"key": key, "said": said.model_dump(mode="json", exclude_defaults=True)})

    def _key(self, row: GoldRow, ordinal: int) -> str:
        asked = row.model_dump(mode="json", include={"lang", "channel", "history", "prev_lane", "text"})
        media = row.tags if row.kind == "media" else None
        return sha256(orjson.dumps([self._fingerprint, asked, media, ordinal], option=orjson.OPT_SORT_KEYS)).hexdigest()


def fingerprint_of(places: Iterable[Path], settings: dict[str, str]) -> str:
    """Return a name that changes with any file in `places` (code, tenant, prompts) and with any of `settings`."""
    digest = sha256(orjson.dumps(settings, option=orjson.OPT_SORT_KEYS))
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(place.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
