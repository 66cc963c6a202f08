"""Amounts in a text, and tables whose sums can be checked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from nodes.agents.wording import Language, folded

Currency = Literal["EUR", "USD", "GBP"]

_NUMBER: Final = r"\d{1,3}(?:[.,\u00a0 ]\d{3})+(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?"
_SIGNS: Final[dict[str, Currency]] = {
    "€": "EUR",
    "eur": "EUR",
    "euros": "EUR",
    "euro": "EUR",
    "$": "USD",
    "usd": "USD",
    "£": "GBP",
    "gbp": "GBP",
}
_MONEY: Final = re.compile(
    rf"(?:(?P<before>€|\$|£|\b(?:EUR|USD|GBP))\s?(?P<one>{_NUMBER}))|(?:(?P<two>{_NUMBER})\s?(?P<after>€|\$|£|(?:EUR|USD|GBP|euros?)\b))",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(rf"(?<![\w.,])(?:{_NUMBER})(?![\w%]|[.,]\d)")
_PERCENT: Final = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s?%")
_SUBTOTAL: Final = re.compile(r"base imponible|subtotal|suma\b|total (?:neto|sin iva|net|excl)|net total")
_TAX: Final = re.compile(r"\biva\b|\bvat\b|\btax\b|impuesto")
_TOTAL: Final = re.compile(r"^\W*(?:importe )?(?:grand |gran )?total\b|total (?:a pagar|due|con iva|incl)")
_LONGEST: Final = 160
"""Characters from which a line is no row of a table."""
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """One amount as it stands in the text, from character `at` to `end`."""

    amount: Decimal
    currency: Currency
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of prices: what it is of, how many at what price, and the amount on the right."""

    text: str
    kind: Literal["item", "subtotal", "tax", "total"]
    amount: Decimal
    quantity: Decimal | None = None
    unit: Decimal | None = None
    rate: Decimal | None = None


def number(written: str) -> Decimal:
    """Return the number that is written with points or commas, in either country's way.

    A last separator with one or two digits after it is the decimal one.
    """
    compact = written.replace("\u00a0", "").replace(" ", "")
    found = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", compact)
    assert found is not None  # noqa: S101 # the pattern takes any text
    whole, cents = re.sub(r"\D", "", found[1]), found[2] or ""
    try:
        return Decimal(f"{whole or 0}.{cents or 0}")
    except InvalidOperation:
        return Decimal(0)


def money_in(text: str) -> list[Money]:
    """Return the amounts with a currency, in order."""
    found = []
    for match in _MONEY.finditer(text):
        sign = (match["before"] or match["after"]).lower()
        found.append(Money(number(match["one"] or match["two"]), _SIGNS[sign], match.start(), match.end()))
    return found


def written(amount: Decimal, currency: Currency, language: Language) -> str:
    """Return an amount as people write it."""
    plain = f"{amount.quantize(CENT):,.2f}"
    if language == "es":
        plain = plain.translate(str.maketrans(",.", ".,"))
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}[currency]
    return f"{plain} {sign}" if language == "es" else f"{sign}{plain}"


def rows_in(lines: Sequence[str]) -> list[list[Row]]:
    """Return the tables of prices: runs of lines that end with an amount."""
    tables: list[list[Row]] = []
    for line in lines:
        row = _row(line)
        if row is None:
            if tables and tables[-1]:
                tables.append([])
        else:
            tables = tables or [[]]
            tables[-1].append(row)
    return [table for table in tables if len(table) > 1]


def _row(line: str) -> Row | None:
    stripped = line.strip()
    amounts = money_in(stripped)
    if not amounts or len(stripped) > _LONGEST or not _ends_with_money(stripped):
        return None
    plain = folded(stripped)
    rate = number(found[1]) if (found := _PERCENT.search(stripped)) else None
    last = amounts[-1].amount
    if _TAX.search(plain) and not _TOTAL.search(plain) and not _SUBTOTAL.search(plain):
        return Row(stripped, "tax", last, rate=rate)
    if _SUBTOTAL.search(plain):
        return Row(stripped, "subtotal", last)
    if _TOTAL.search(plain):
        return Row(stripped, "total", last)
    if len(amounts) > 1:
        quantity = _quantity(stripped[: amounts[-2].at])
        return Row(stripped, "item", last, quantity, amounts[-2].amount)
    return Row(stripped, "item", last)


def _ends_with_money(line: str) -> bool:
    found = list(_MONEY.finditer(line))
    return bool(found) and found[-1].end() >= len(line.rstrip(" .;|"))


def _quantity(before: str) -> Decimal | None:
    found = _PLAIN.findall(before)
    return number(found[-1]) if found else None
