"""Texts as a reader compares them."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence


def fold(text: str) -> str:
    """Return `text` without case, accents and punctuation; two texts that fold alike are one to a reader."""
    kept = [sign for sign in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(sign)[0] != "M"]
    plain = "".join(" " if unicodedata.category(sign)[0] == "P" else sign for sign in kept)
    return " ".join(plain.split()) or text


def numbered(phrases: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, str]]:
    """Yield (locale, position, phrase) of every phrase."""
    for locale, written in phrases.items():
        for position, phrase in enumerate(written):
            yield locale, position, phrase
