"""Cut long texts where a reader would pause, and never inside what a reader sees as one character."""

import re
from typing import Final

from wcwidth import grapheme_boundary_before

_BORDERS: Final = (
    re.compile(r"\n[^\S\n]*\n\s*"),  # paragraphs
    re.compile(r"\n\s*"),  # lines
    re.compile(r"[.!?…]+[\"')\]»”’*_~]*\s+|[。！？]+[」』）]*\s*"),  # sentences, also where no space follows them
    re.compile(r"\s+"),  # words
)


def units(text: str) -> int:
    """Return a text's length in UTF-16 units, the strictest way in which an API may count characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int) -> list[str]:
    """Cut `text` into pieces of at most `limit` UTF-16 units; only white space where it was cut is left out.

    A paragraph's end is preferred to a line's, that to a sentence's, that to a word's, as long as the piece is at
    least half full. What has no such place is cut between grapheme clusters (UAX 29).
    """
    pieces = []
    rest = text.strip()
    while (reach := _reach(rest, limit)) < len(rest):
        cut = _last_border(rest, reach)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [piece for piece in [*pieces, rest] if piece]


def split_off_end(text: str, limit: int) -> tuple[str, str]:
    """Cut `text` in two so that the second part has at most `limit` UTF-16 units and begins a paragraph or sentence."""
    text = text.strip()
    low = len(text) - _reach(text[::-1], limit)
    cut = _first_border(text, low) if low else 0
    return text[:cut].rstrip(), text[cut:].lstrip()


def _last_border(text: str, reach: int) -> int:
    for border, low in [*((border, reach // 2) for border in _BORDERS), (_BORDERS[-1], 0)]:
        if cut := next((at for at in reversed(_cuts(text, border, low, reach)) if _whole(text, at)), 0):
            return cut
    return grapheme_boundary_before(text, reach + 1) or reach


def _first_border(text: str, low: int) -> int:
    for border in _BORDERS:
        if cut := next((at for at in _cuts(text, border, low - 1, len(text) - 1) if _whole(text, at)), 0):
            return cut
    return next((at for at in range(low, len(text)) if _whole(text, at)), low)


def _cuts(text: str, border: re.Pattern[str], low: int, high: int) -> list[int]:
    """Return the places in (low, high] right after a border, in order.

    White space that reaches beyond `high` is no part of the piece, so a cut may also be within it.
    """
    found = border.finditer(text, max(low - 8, 0), high + 1)
    starts = ((one.start() + len(one.group().rstrip()), min(one.end(), high)) for one in found)
    return [cut for start, cut in starts if start <= high and low < cut]


def _whole(text: str, at: int) -> bool:
    return grapheme_boundary_before(text, at + 1) == at


def _reach(text: str, limit: int) -> int:
    """Return how many characters of `text` have at most `limit` UTF-16 units together."""
    taken = 0
    for at, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > limit:
            return at
    return len(text)
