"""Amounts, dates, percentages and addresses in a text, each with the words around it."""

import re
from typing import Final

from nodes.agents.reviewing.dates import dates_in, day_written
from nodes.agents.reviewing.money import Currency, money_in, number, written
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded, sentences_of

_PERCENT: Final = re.compile(r"\b\d{1,3}(?:[.,]\d{1,3})?\s?%")
_MAIL: Final = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")
_BARE: Final = re.compile(
    r"(?<![\w.,/-])(?<!version )(?<!clause )(?<!section )(?<!article )(?<!clausula )(?<!articulo )(?<!apartado )"
    r"(?:\d{1,3}(?:\.\d{3})+,\d{2}|\d{1,3}(?:,\d{3})+\.\d{2}|\d{1,7}[.,]\d{2})(?!\d|[.,/-]\d|\s?[%\w])"
)
"""An amount without its currency, as in the rows of a list."""
_MOST: Final = 40
_AROUND: Final = 180


def figures(text: str, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """Return how many figures there are, and each with its sentence."""
    found: dict[str, str] = {}
    counts = {"money": 0, "dates": 0, "percent": 0}
    currencies = {one.currency for one in money_in(text)}
    currency = currencies.pop() if len(currencies) == 1 else None
    for sentence in sentences_of(text):
        money = _amounts(sentence, currency, language)
        days = [day_written(one, language) for one in dates_in(sentence)]
        shares = _PERCENT.findall(sentence)
        counts["money"] += len(money)
        counts["dates"] += len(days)
        counts["percent"] += len(shares)
        for figure in [*money, *days, *shares, *_MAIL.findall(sentence)]:
            found.setdefault(figure, _short(sentence))
    return texts_of("analysis", language)["figures"].format(**counts), list(found.items())[:_MOST]


def _amounts(sentence: str, currency: Currency | None, language: Language) -> list[str]:
    """Return a sentence's amounts; `currency`, the text's only one, is that of those that stand without any."""
    said = money_in(sentence)
    found = [written(one.amount, one.currency, language) for one in said]
    if currency is None:
        return found
    bare = (one for one in _BARE.finditer(folded(sentence)) if not any(m.at <= one.start() < m.end for m in said))
    return found + [written(number(one[0]), currency, language) for one in bare]


def _short(sentence: str) -> str:
    line = " ".join(sentence.split())
    return line if len(line) <= _AROUND else line[: _AROUND - 1].rsplit(" ", 1)[0] + "…"
