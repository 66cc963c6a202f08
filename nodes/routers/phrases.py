"""Text as routing compares it: folded words."""

import re
from typing import Final

from nodes.lanes.matching import fold

LONGEST: Final = 500
"""Characters that routing looks at: what a message is about stands in its first lines, and a pasted page must not
hold up the event loop (10,000 characters take the encoder 140-380 ms, 500 take 5)."""

_WORD: Final = re.compile(r"[^\W_]+")


def phrase(text: str) -> str:
    """Return the words of `text` in lower case, without accents and punctuation, one space between.

    >>> phrase("¿A qué hora ABREN?")
    'a que hora abren'
    """
    return " ".join(_WORD.findall(fold(text[:LONGEST])))


def holds(said: str, wanted: str) -> bool:
    """Tell whether the phrase `said` holds the phrase `wanted` as whole words."""
    return f" {wanted} " in f" {said} "
