"""The sets that come with Laneway: a folder a set, gold rows in JSON lines."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


def bundled() -> list[str]:
    """Return the names of the sets that have rows."""
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and any(folder.glob("*.jsonl")))
