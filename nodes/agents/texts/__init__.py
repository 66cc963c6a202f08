"""What agents say, in files by language that people can correct; one file an agent's part."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import TypeAdapter

from nodes.agents.wording import Language

_FOLDER: Final = Path(__file__).parent
_TEXTS: Final = TypeAdapter(dict[Language, dict[str, str]])


@cache
def texts_of(part: str, language: Language) -> dict[str, str]:
    """Return a part's texts by their names."""
    return _TEXTS.validate_python(yaml.safe_load((_FOLDER / f"{part}.yaml").read_text(encoding="utf-8")))[language]
