"""What a text is about: words and pairs of words that it uses more than the language does."""

import re
from collections import Counter
from itertools import pairwise
from math import log2
from typing import Final

from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded

_MOST: Final = 12
_SHORTEST: Final = 4
_WORD: Final = re.compile(r"[a-záéíóúüñ]+(?:-[a-záéíóúüñ]+)?")


def terms(text: str, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """Return the main terms, and how often each is used; a pair counts when it meets more often than by chance."""
    words = _WORD.findall(text.lower())
    empty = frozenset(texts_of("empty_words", language)["empty"].split())
    kept = [word if len(word) >= _SHORTEST and folded(word) not in empty else "" for word in words]
    single = Counter(filter(None, kept))
    pairs = Counter(f"{one} {two}" for one, two in pairwise(kept) if one and two)
    total = max(len(words), 1)
    scores: dict[str, float] = {word: count for word, count in single.items() if count > 1}
    for pair, count in pairs.items():
        one, two = pair.split()
        bond = log2(count * total / (single[one] * single[two]))
        if count > 1 and bond > 1:
            scores[pair] = count * 1.8
            scores[one] = scores.get(one, 0.0) - 0.6 * count
            scores[two] = scores.get(two, 0.0) - 0.6 * count
    best = [term for term, score in sorted(scores.items(), key=lambda one: (-one[1], one[0])) if score > 0][:_MOST]
    found = [(term, f"{(pairs if ' ' in term else single)[term]} ×") for term in best]
    say = texts_of("analysis", language)
    said = say["terms"].format(first=", ".join(best[:3])) if best else say["no_terms"]
    return said, found
