"""Which of our two languages a text is in, and texts without their accents."""

import re
import unicodedata
from typing import Final, Literal

Language = Literal["es", "en"]

_COMMON: Final[dict[Language, frozenset[str]]] = {
    "es": frozenset("de la el que y en los las del por con una para su al lo como o se no es un más este esta".split()),
    "en": frozenset(
        "the of and to in is that for it as with be on by this are or an which not shall will from".split()
    ),
}
LONGEST: Final = 1000
_TAIL: Final = 12
_WORD: Final = re.compile(r"[a-záéíóúüñ]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"»”)]*\s+(?=[\"«“(¿¡]*[A-ZÁÉÍÓÚÑ0-9])|\n+")
_ABBREVIATION: Final = re.compile(
    r"\b(?:art|arts|núm|nº|no|sr|sra|dr|dra|d|dña|pág|págs|ej|etc|mr|mrs|ms|inc|ltd|co|vs|e\.g|i\.e|[A-Z])\.$",
    re.IGNORECASE,
)


def language_of(text: str, otherwise: str = "en") -> Language:
    """Return the language of a text by its commonest words; `otherwise`, a locale, where they don't tell."""
    words = _WORD.findall(text[:20_000].lower())
    counts = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    if counts["es"] == counts["en"]:
        return "es" if otherwise.startswith("es") else "en"
    return "es" if counts["es"] > counts["en"] else "en"


def folded(text: str) -> str:
    """Return text in small letters without accents, each character at the same place."""
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    lower = character.lower()
    base = unicodedata.normalize("NFD", lower)[:1]
    return base if base and len(lower) == 1 else character


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text; abbreviations don't end one.

    What goes on for longer than 1,000 characters is cut: patterns that look at a sentence take time that grows faster
    than its length, and documents are nobody's friends.
    """
    found: list[str] = []
    for piece in filter(None, (one.strip() for one in _SENTENCE.split(text))):
        if found and len(found[-1]) < LONGEST and _ABBREVIATION.search(found[-1][-_TAIL:]):
            found[-1] += " " + piece
        else:
            found.append(piece)
    return [part for one in found for part in _cut(one)]


def _cut(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    return [part for at in range(0, len(sentence), LONGEST) if (part := sentence[at : at + LONGEST].strip())]
