"""What is paid each month, and what is paid once, by the words that stand next to an amount."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from nodes.agents.reviewing.money import Currency, Money, money_in
from nodes.agents.wording import folded, sentences_of
from state.document import Section

Fee = tuple[Decimal, Currency]

_MONTH: Final = (
    r"(?:per|a|each|every) (?:calendar )?month\b|monthly|/ ?(?:month|mes)\b|al mes\b|cada mes\b|por mes\b|mensual"
)
_ONCE: Final = (
    r"\bset-?up\b|\bset up\b|\bone-(?:off|time)\b|\bonce\b|\bon-?boarding\b|\binitial\b|\binstallation\b|\bup-?front\b|"
    r"\balta\b|\binicial\b|\bpuesta en marcha\b|\binstalacion\b|\buna sola vez\b|\bpor una vez\b|\bunic[ao]\b"
)
_NO_FEE: Final = re.compile(
    r"penal|liabilit|\bliable\b|responsab|indemni|\bdelay|\bdemora|\bretraso|\bmora\b|\bdeposit|fianza"
)
"""Words of a sentence whose amounts are no fees."""
_AFTER: Final = 40
_BEFORE: Final = 60
"""Characters between an amount and the words that say what it is."""


def monthly_fee(sections: Sequence[Section]) -> Fee | None:
    """Return the first amount that is due each month."""
    return _first(sections, re.compile(_MONTH), re.compile(_ONCE))


def one_off_fee(sections: Sequence[Section]) -> Fee | None:
    """Return the first amount that is due once."""
    return _first(sections, re.compile(_ONCE), re.compile(_MONTH))


def _first(sections: Sequence[Section], wanted: re.Pattern[str], other: re.Pattern[str]) -> Fee | None:
    for sentence in (one for section in sections for one in sentences_of(section.text)):
        if _NO_FEE.search(folded(sentence)):
            continue
        for amount, before, after in _surroundings(sentence):
            if _says(before, after, wanted, other):
                return amount.amount, amount.currency
    return None


def _surroundings(sentence: str) -> Iterator[tuple[Money, str, str]]:
    """Yield each amount with the words that are its own: up to the amounts on either side."""
    plain, amounts = folded(sentence), money_in(sentence)
    for place, one in enumerate(amounts):
        start = amounts[place - 1].end if place else 0
        end = amounts[place + 1].at if place + 1 < len(amounts) else len(plain)
        yield (
            one,
            plain[max(start, one.at - _BEFORE) : one.at],
            re.split(r"[;,]| and | y ", plain[one.end : end][:_AFTER])[0],
        )


def _says(before: str, after: str, wanted: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Tell whether an amount is of the wanted kind: by what follows at once, else by the nearest word before it."""
    if wanted.search(after) or other.search(after):
        return bool(wanted.search(after)) and not other.search(after)
    mine, others = ([found.start() for found in kind.finditer(before)] for kind in (wanted, other))
    return bool(mine) and max(mine) > max(others, default=-1)
