"""Messages as they would be written in full: "q precio tiene" is about a price too."""

import re
from pathlib import Path
from typing import Final

import yaml
from pydantic import TypeAdapter

_FILE: Final = Path(__file__).with_suffix(".yaml")
_WORDS: Final = TypeAdapter(dict[str, dict[str, str]]).validate_python(
    yaml.safe_load(_FILE.read_text(encoding="utf-8"))
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_HELD: Final = re.compile(r"([^\W\d_])\1{2,}")
"""A letter that somebody leaned on: "holaaaa"."""
_NUMBER: Final = re.compile(r"\b[^\W\d_]{0,3}-?\d{3,}\b")


def in_full(text: str, locale: str) -> str:
    """Return `text` with the usual short forms of its language written out, and nothing else changed.

    On the demo set it is worth two points of intents.

    >>> in_full("q precio tiene", "es")
    'que precio tiene'
    """
    meant = _WORDS.get(locale.partition("-")[0], {})
    short = _HELD.sub(r"\1", text)
    return _WORD.sub(lambda found: meant.get(found[0].lower(), found[0]), short)


def numbers_alike(text: str) -> str:
    """Return `text` with all long numbers made alike: which order it is doesn't say what is wanted of it.

    >>> numbers_alike("devolver A-7718, 2 ollas de 500 g")
    'devolver A-0000, 2 ollas de 000 g'
    """
    return _NUMBER.sub(lambda found: re.sub(r"\d", "0", found[0]), text)
