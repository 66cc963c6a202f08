"""Find products and pages by the words of a message: both languages, typos, plurals."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Final, Generic, TypeVar

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

Item = TypeVar("Item")

SAME_WORD: Final = 84.0
"""rapidfuzz ratio (0-100) from which two words count as one: a plural, a typo, `tetera` and `teteras`."""

_SHORTEST: Final = 3
_SHORTEST_TYPO: Final = 5
_FEW: Final = 10
_SOFT_C: Final = re.compile(r"c(?=[ei])")
_COMMON: Final = 0.4
_WORD: Final = re.compile(r"\w+")
_EMPTY_WORDS: Final = frozenset(
    "a al con cual cuales de del el ella en es esa ese esta este estos la las lo los me mi mis para por que se si su "
    "tu un una unas uno unos y ya hay tiene tienen teneis quiero quisiera busco necesito algo cuanto cuesta cuestan "
    "precio vale valen hola buenas dias tardes gracias favor ver comprar gustaria puedo "
    "venden vendeis "
    "an and any are can do does for from has have how i in is it its much my of on one ones or some that the there "
    "these this to what which with you your want need looking price cost costs hello "
    "please thanks see show like buy sell would could".split()
)


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return `text` in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """Return the folded words of `text` that can name something."""
    return [word for word in _WORD.findall(fold(text)) if len(word) >= _SHORTEST and word not in _EMPTY_WORDS]


def topic(text: str, longest: int = 60) -> str:
    """Return what `text` is about, in the customer's own spelling: its naming words, cut at `longest` characters.

    Empty when it names nothing, as in "how much is it?".
    """
    naming = set(words(text))
    return " ".join(word for word in _WORD.findall(text) if fold(word) in naming)[:longest]


def says(text: str, phrase: str) -> bool:
    """Tell whether `text` holds the words of `phrase` in a row, whatever their case and accents."""
    said, wanted = (" ".join(_WORD.findall(fold(one))) for one in (text, phrase))
    return f" {wanted} " in f" {said} "


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """Return a folded word by its sound in Spanish: `asules` are `azules`, `baso` is `vaso`."""
    return _SOFT_C.sub("s", word).replace("z", "s").replace("v", "b").replace("ll", "y").replace("qu", "k")


def alike(word: str, other: str) -> bool:
    """Tell whether two folded words count as one: a plural, a typo."""
    if len(word) < _SHORTEST_TYPO:
        return not _stems(word).isdisjoint(_stems(other))
    return not _sounds(word).isdisjoint(_sounds(other)) or bool(ratio(word, other, score_cutoff=SAME_WORD))


def _stems(word: str) -> set[str]:
    return {word, word.removesuffix("s"), word.removesuffix("es")}


def _sounds(word: str) -> set[str]:
    return {sound(one) for one in _stems(word)}


@dataclass(frozen=True, slots=True)
class Match(Generic[Item]):
    """Something that was found; `weight` sums the rarity of the words it shares, `shared` is those words."""

    item: Item
    weight: float
    shared: frozenset[str]


class Index(Generic[Item]):
    """A small inverted index; made once per tenant, read for every message."""

    def __init__(self, items: Iterable[tuple[Item, str]]) -> None:
        self._entries = [(item, frozenset(words(text))) for item, text in items]
        counts = Counter(word for _, known in self._entries for word in known)
        total = max(len(self._entries), 1)
        self._rarity: Mapping[str, float] = {word: log(1 + total / count) for word, count in counts.items()}
        self._common = {word for word, count in counts.items() if total >= _FEW and count / total > _COMMON}
        self._telling = [word for word in counts if word not in self._common]
        self._by_sound: dict[str, set[str]] = defaultdict(set)
        for word in self._telling:
            for one in _sounds(word):
                self._by_sound[one].add(word)
        self._known = lru_cache(maxsize=4096)(self._find_known)

    def find(self, text: str, *, share: float = 0.5) -> list[Match[Item]]:
        """Return the items that share the rarest words with `text`, best first, none below `share` of the best."""
        wanted = {word: hits for word in set(words(text)) if (hits := self._known(word))}
        found: list[Match[Item]] = []
        for item, known in self._entries:
            shared = {
                word: max(self._rarity[hit] for hit in hits & known) for word, hits in wanted.items() if hits & known
            }
            if shared:
                found.append(Match(item, sum(shared.values()), frozenset(shared)))
        found.sort(key=lambda match: -match.weight)
        best = found[0].weight if found else 0.0
        return [match for match in found if match.weight >= best * share]

    def knows(self, word: str) -> bool:
        """Tell whether a folded word finds something here."""
        return bool(self._known(word))

    def _find_known(self, word: str) -> frozenset[str]:
        """Return the words here that are `alike` to a folded one; of a short one only its plural and singular."""
        if word in self._rarity:
            return frozenset({word}) - self._common
        if len(word) < _SHORTEST_TYPO:
            return frozenset(known for known in self._rarity if known in {f"{word}s", word.removesuffix("s")})
        typos = extract(word, self._telling, scorer=ratio, score_cutoff=SAME_WORD, limit=None)
        return frozenset(known for known, _, _ in typos).union(*(self._by_sound.get(one, ()) for one in _sounds(word)))
