"""Which of a kind is meant, said behind it: "una sartén, la de 28", "a frying pan, 24 one"."""

import re
from typing import Final

_SIZE: Final = r"\d{1,3}(?:[.,]\d)?(?: ?(?:cm|l|litros|litres?|liters?))?"
_BEHIND: Final = re.compile(
    rf",\s*(?:(?:mejor|rather|but|pero)\s+)?(?:(?:el|la|los|las)\s+(?P<size>de\s+{_SIZE})|"
    rf"(?:the\s+)?(?P<one>{_SIZE})\s+ones?|"
    rf"the\s+(?P<size_of>{_SIZE})|the\s+(?P<like>(?!other|same|first|last|second|third)[a-z-]+(?:\s[a-z-]+)?)\s+ones?|"
    r"(?:el|la|los|las)\s+(?P<way>mas\s+[a-z]+)|"
    r"(?:el|la|los|las)\s+(?P<colour>azul(?:es)?|roj[oa]s?|negr[oa]s?|verdes?|blanc[oa]s?|crema|gris(?:es)?|"
    r"amarill[oa]s?|grandes?|pequen[oa]s?|normal(?:es)?))"
    r"(?!\s*(?:y|and|e)\s+(?:(?:el|la|the)\s+(?:de\s+)?)\d)(?=\s*(?:$|[,;.!?\n]|(?:y|and|please|por favor|porfa)\b))"
)
"""What is said behind a comma of the thing before it; not where two such follow, which are two things."""
_COUNTED: Final = re.compile(r"\d")
_SEVERAL: Final = re.compile(r"\s(?:y|and|e)\s|[,;\n]")


def joined_narrower(text: str) -> str:
    """Return a folded text with what narrows a thing down put right behind the thing.

    >>> joined_narrower("2 tazas y una sarten, la de 28")
    '2 tazas y una sarten de 28'
    >>> joined_narrower("and also a frying pan, 24 one")
    'and also a frying pan 24'
    """
    return _BEHIND.sub(_joined, text)


def _joined(found: re.Match[str]) -> str:
    before = _SEVERAL.split(found.string[: found.start()])[-1].strip()
    measured = found["size"] or found["one"] or found["size_of"]
    if not before or (measured and _COUNTED.search(" ".join(before.split()[1:]))):
        return found[0]
    return f" {next(said for said in found.groups() if said)}"
