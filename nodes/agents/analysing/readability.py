"""How a text reads, by the lengths of its words and sentences."""

import re
from typing import Final

from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded, sentences_of

_WORD: Final = re.compile(r"[a-z]+")
_VOWELS: Final = {
    "es": re.compile(r"[aeo]?[iu]?[aeo][iu]?|[iu]+"),
    "en": re.compile(r"[aeiouy]+"),
}
_LONG: Final = 35
"""Words from which a sentence is long."""
_PER_MINUTE: Final = 220
_LEVELS: Final = (80, 65, 50, 35, 0)


def readability(text: str, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """Return how easy a text is, and its measures; Flesch's formula (1948), for Spanish Fernández Huerta's (1959)."""
    sentences = [one for one in sentences_of(text) if len(one.split()) > 2]  # noqa: PLR2004 # headings and cells are none
    counted = [len(_WORD.findall(folded(one))) for one in sentences]
    words = [word for one in sentences for word in _WORD.findall(folded(one))]
    say = texts_of("analysis", language)
    count, length = max(len(words), 1), max(sum(counted), 1) / max(len(counted), 1)
    syllables = sum(max(1, len(_VOWELS[language].findall(word))) for word in words) / count
    easy = (
        206.84 - 60.0 * syllables - 1.02 * length if language == "es" else 206.835 - 84.6 * syllables - 1.015 * length
    )
    score = round(min(max(easy, 0), 100))
    level = say[f"level_{next(least for least in _LEVELS if score >= least)}"]
    longest = max(sentences, key=len, default="")
    found = [(say["words"], str(len(words))), (say["sentences"], str(len(sentences))), (say["length"], f"{length:.1f}")]
    if len(longest.split()) >= _LONG:
        found.append((say["longest"], " ".join(longest.split())))
    return say["reads"].format(minutes=max(1, round(len(words) / _PER_MINUTE)), level=level, score=score), found
