"""What a buyer would pay: "menos de 30 euros", "entre 20 y 30", "under 40"."""

import re
from dataclasses import dataclass
from typing import Final

from nodes.lanes.matching import fold

_SUM: Final = r"(?:€|\$|£)?\s*(\d{1,4}(?:[.,]\d{1,2})?)\s*(?:€|euros?|eur\b|pavos)?"
_NO_MEASURE: Final = (
    r"(?!\d)(?![.,]\d)(?!\s*(?:-|/|:|cm|mm|ml|cl|l|lit\w+|w|kg|g|gr|grams?|personas?|people|dias?|days?|horas?|hours?|"
    r"unidad\w*|units?|piezas?|pieces?|tazas?|cups?|anos?|years?|de)\b)"
)
_BETWEEN: Final = re.compile(
    rf"\b(?:(?:entre|between)\s+(?:los\s+)?{_SUM}\s+(?:y|e|and)\s+(?:los\s+)?{_SUM}|"
    rf"(?:de|from)\s+{_SUM}\s+(?:a|to)\s+{_SUM}){_NO_MEASURE}"
)
_AT_MOST: Final = re.compile(
    rf"\b(?:(?:por\s+)?menos de|(?:por )?debajo de|hasta|(?:un |como )?maximo(?: de)?|como mucho|no mas de|"
    rf"que no (?:pase|supere|cueste mas|llegue|valga mas)\w*(?: de| a)?(?: los)?|mas barat\w+ (?:que|de)|"
    rf"presupuesto (?:es )?(?:de )?|inferior a|under|below|less than|up to|at most|max(?:imum)?(?: of)?|"
    rf"no more than|cheaper than|budget (?:is |of )*|within)\s*{_SUM}{_NO_MEASURE}"
)
_AT_LEAST: Final = re.compile(
    rf"\b(?:mas de|a partir de|por encima de|como minimo|minimo|superior a|over|above|more than|at least|"
    rf"upwards of)\s*{_SUM}{_NO_MEASURE}"
)
_AT_MOST_BEHIND: Final = re.compile(
    rf"(?:\b(?:por|de|for|of|a|at)\s+(?:unos\s+)?)?(?<!\d){_SUM}\s*"
    rf"(?:o menos|como (?:mucho|maximo)|(?:de )?maximo|or less|or under|or below|at (?:the )?most|max(?:imum)?|tops)\b"
    rf"{_NO_MEASURE}"
)
_AT_LEAST_BEHIND: Final = re.compile(
    rf"(?:\b(?:por|de|for|of|a|at)\s+(?:unos\s+)?)?(?<!\d){_SUM}\s*"
    rf"(?:o mas|como minimo|or more|or over|at least)\b{_NO_MEASURE}"
)
_ROUGHLY: Final = re.compile(
    r"\b(?:unos|alrededor de(?: los)?|en torno a(?: los)?|sobre los|aproximadamente|around|about|roughly|circa)\s*"
    r"(?:[€$£]\s*(\d{1,4}(?:[.,]\d{1,2})?)|(\d{1,4}(?:[.,]\d{1,2})?)\s*(?:€|euros?\b|eur\b|pavos\b))"
)
"""A sum that is said to be rough; with its currency, for "about 6 cups" is none."""
_ROUGH: Final = (0.7, 1.15)
_CENTS: Final = 100
_NUMBERS: Final = {
    word: number
    for number, words in (
        *((5, "fiver"), (10, "diez ten tenner"), (12, "doce twelve"), (15, "quince fifteen"), (20, "veinte twenty")),
        *((25, "veinticinco"), (30, "treinta thirty"), (40, "cuarenta forty"), (50, "cincuenta fifty")),
        *((60, "sesenta sixty"), (70, "setenta seventy"), (80, "ochenta eighty"), (90, "noventa ninety")),
        (100, "cien hundred"),
    )
    for word in words.split()
}
_SPELT: Final = re.compile(rf"\b(?:(?:a|one)\s+(?=hundred|tenner|fiver))?({'|'.join(_NUMBERS)})\b")


@dataclass(frozen=True, slots=True)
class Limits:
    """Prices in the minor unit, both included; `text` is the message without them."""

    text: str
    least: int | None = None
    most: int | None = None

    def hold(self, price_minor: int) -> bool:
        """Tell whether a price is within."""
        return (self.least is None or price_minor >= self.least) and (self.most is None or price_minor <= self.most)


def price_limits(text: str) -> Limits | None:
    """Return what is to be paid at least and at most, where `text` says it.

    >>> price_limits("cuchillos de menos de 30 euros")
    Limits(text='cuchillos de ', least=None, most=3000)
    """
    folded = _SPELT.sub(lambda found: str(_NUMBERS[found[1]]), " ".join(fold(text).split()))
    if found := _BETWEEN.search(folded):
        one, other = sorted(_minor(number) for number in found.groups() if number)
        return Limits(_without(folded, found), one, other)
    if found := _AT_MOST.search(folded) or _AT_MOST_BEHIND.search(folded):
        return Limits(_without(folded, found), None, _minor(found[1]))
    if found := _AT_LEAST.search(folded) or _AT_LEAST_BEHIND.search(folded):
        return Limits(_without(folded, found), _minor(found[1]), None)
    if found := _ROUGHLY.search(folded):
        (less, more), sum_minor = _ROUGH, _minor(found[1] or found[2])
        return Limits(_without(folded, found), round(sum_minor * less), round(sum_minor * more))
    return None


def _without(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + text[found.end() :]


def _minor(number: str) -> int:
    return round(float(number.replace(",", ".")) * _CENTS)
