"""Words that nobody writes so, put as the tenant's examples write them: "retun polcy" asks about a return policy."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from nodes.lanes.matching import fold, sound

Known = Callable[[str], bool]
"""Tells whether a word is one, in any language."""

_SHORTEST: Final = 4
_USUAL: Final = 3
"""Times that a word stands in the examples of a language from which it is no slip, and others may have meant it."""
_OFTENER: Final = 10
"""Times that a word must be commoner than one it is put for, and commoner than the next that could be meant."""
_FURTHEST: Final = 2
_CLEARLY: Final = 3
_MIDDLING: Final = 5
_LONG: Final = 8
_VOWELS: Final = re.compile("[aeiou]")
_WORD: Final = re.compile(r"(?<![\w@.'’-])[^\W\d_]{4,24}(?![\w@'’-]|\.\w)")
_TWICE: Final = re.compile(r"(.)\1")


class Spelling:
    """The usual words of each language, by what is left of them when a letter is missing."""

    def __init__(self, texts: Iterable[tuple[str, str]], is_word: Known = lambda _: False) -> None:
        written: dict[str, Counter[str]] = defaultdict(Counter)
        for text, locale in texts:
            written[_language(locale)].update(_WORD.findall(text.lower()))
        self._languages = {code: _Words(counts, is_word) for code, counts in written.items()}

    def corrected(self, text: str, locale: str) -> str:
        """Return `text` with each word that is none replaced by the one usual word that is near it, if there is one.

        Names, in the middle of a sentence, e-mail addresses and numbers stay.
        """
        words = self._languages.get(_language(locale))
        if words is None:
            return text
        shouted = text.isupper()

        def meant(found: re.Match[str]) -> str:
            named = found[0][0].isupper() and found.start() > 0 and not shouted
            return found[0] if named else words.meant(found[0])

        return _WORD.sub(meant, text)


class _Words:
    def __init__(self, written: Mapping[str, int], is_word: Known) -> None:
        self._counts: Counter[str] = Counter()
        best: dict[str, tuple[int, str]] = {}
        for word, count in written.items():
            self._counts[fold(word)] += count
            best[fold(word)] = max(best.get(fold(word), (0, "")), (count, word))
        self._written = {folded: word for folded, (_, word) in best.items()}
        self._is_word = is_word
        self._near: dict[str, list[str]] = defaultdict(list)
        for word, count in self._counts.items():
            if count >= _USUAL:
                for key in _keys(word):
                    self._near[key].append(word)
        self.meant = lru_cache(maxsize=4096)(self._meant)

    def _meant(self, word: str) -> str:
        said = fold(word)
        count = self._counts[said]
        if count >= _USUAL or self._is_word(word.lower()) or self._is_word(said):
            return word
        near = {one for key in _keys(said) for one in self._near.get(key, ()) if one != said}
        slips = [(slip, self._counts[one], one) for one in near if (slip := _slip(said, one)) is not None]
        slips = [one for one in slips if one[1] >= _OFTENER * count]
        if not slips:
            return word
        fewest = min(slip for slip, _, _ in slips)
        likely = sorted(((often, one) for slip, often, one in slips if slip == fewest), reverse=True)
        clear = len(likely) == 1 or likely[0][0] >= _CLEARLY * likely[1][0]
        return self._written[likely[0][1]] if clear else word


def _keys(word: str) -> set[str]:
    """Return a word's sound, what is left of it without each of its letters, and its consonants."""
    heard = _heard(word)
    return {heard, "-" + _VOWELS.sub("", heard), *(heard[:at] + heard[at + 1 :] for at in range(len(heard)))}


def _heard(word: str) -> str:
    heard = sound(word.replace("ch", "ç")).replace("h", "").replace("k", "c").replace("y", "i").replace("x", "c")
    return _TWICE.sub(r"\1", heard.replace("nb", "mb").replace("np", "mp"))


def _slip(word: str, other: str) -> int | None:
    """Return how bad a slip it is to write `word` for `other`: 0 sounds alike, 3 is unlikely, None is none.

    Letters are left out, exchanged, or a vowel is another; a wrong consonant or one letter too many makes another word,
    unless the word is long.
    """
    said, meant = _heard(word), _heard(other)
    if said == meant:
        return 0
    apart = OSA.distance(said, meant, score_cutoff=_FURTHEST)
    if apart > _FURTHEST or (said[0] != meant[0] and sorted(said) != sorted(meant)):
        return None
    if apart == 1 and len(said) == len(meant) and sorted(said) == sorted(meant):
        return 1
    if len(said) < len(meant) and _is_part(said, meant) and (apart == 1 or len(said) >= _MIDDLING):
        return apart
    vowels = len(said) == len(meant) and all(
        a == b or (a in "aeiou" and b in "aeiou") for a, b in zip(said, meant, strict=True)
    )
    if apart == 1 and (len(said) >= _LONG or (vowels and len(said) >= _MIDDLING)):
        return _FURTHEST if vowels else _FURTHEST + 1
    return None


def _is_part(word: str, other: str) -> bool:
    letters = iter(other)
    return all(letter in letters for letter in word)


def _language(locale: str) -> str:
    return locale.partition("-")[0]
