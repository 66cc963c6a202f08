"""A file of JSON lines that is only ever added to: what was written before a crash is still there after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Lines:
    """One file; a last line that was cut off is passed over."""

    path: Path

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield every whole line's object."""
        if not self.path.is_file():
            return
        for line in self.path.read_bytes().splitlines():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                continue

    def add(self, given: object) -> None:
        """Write one line, in one piece, after whatever is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            if file.tell() and not self._ends_whole():
                file.write(b"\n")
            file.write(orjson.dumps(given) + b"\n")

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"
