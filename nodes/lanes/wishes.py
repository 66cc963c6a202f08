"""Words by which a customer wants no more messages, or wants them again."""

import unicodedata
from collections.abc import Sequence
from typing import Literal

from prompts.tenant import Consent
from state.turn import Part, plain_text

Wish = Literal["stop", "resume"]


def wish_in(parts: Sequence[Part], words: Consent) -> Wish | None:
    """Return what a message wishes that says one of the words and nothing else; case, accents and marks don't count."""
    said = _bare(plain_text(list(parts)))
    if said and said in {_bare(word) for word in words.stop}:
        return "stop"
    return "resume" if said and said in {_bare(word) for word in words.resume} else None


def _bare(text: str) -> str:
    letters = (character for character in unicodedata.normalize("NFKD", text.casefold()) if character not in "'’")
    kept = "".join(
        character if character.isalnum() else " " for character in letters if not unicodedata.combining(character)
    )
    return " ".join(kept.split())
