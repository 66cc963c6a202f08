"""Prices in running text: "Set-up 1,200.00; training 300.00. Total: EUR 1,500.00"."""

import re
from typing import Final

from nodes.agents.reviewing.money import Row, money_in, number
from nodes.agents.wording import folded

_BREAK: Final = re.compile(
    r"(?:(?<=\d)|(?<=[€$£])|(?<=\b[Ee][Uu][Rr])|(?<=\beuros))(?:[.;,]\s+|\s+(?:and|plus|y|más)\s+)|(?<=[^\d\s])\.\s+"
)
_ENDS: Final = re.compile(r"(?P<number>(?<![\w.,])\d[\d.,]*[.,]\d{2})\s?(?:€|\$|£|eur|usd|gbp|euros)?[\s.]*$")
_TOTAL: Final = re.compile(
    r"^\W*(?:and |the |an? |in |el |la |un |importe |suma |precio |grand |overall |gran )*"
    r"total(?:ling|ing| price| amount| fee| sum)?\b[^\d]{0,30}$"
)
_NO_ITEM: Final = re.compile(
    r"%|\bmonth|\byear|\bannual|\bmes\b|mensual|\bano\b|anual|\bliab|penal|limit|\bdate|subtotal|\bvat\b|\biva\b|\btax|impuesto"
)
_LONGEST: Final = 70


def prose_tables(text: str) -> list[list[Row]]:
    """Return the runs of priced things that a total follows at once, each within one paragraph.

    What is paid each month, a share, or a tax is none of them, nor is anything longer than 70 characters: a run that
    holds it is left alone. Amounts without a currency need two decimals, and the total needs a currency.
    """
    return [table for paragraph in text.split("\n") for table in _tables(paragraph)]


def _tables(paragraph: str) -> list[list[Row]]:
    found, run = list[list[Row]](), list[Row]()
    for piece in filter(None, (one.strip() for one in _BREAK.split(paragraph))):
        row = _row(piece)
        if row is None:
            run = []
        elif row.kind == "item":
            run.append(row)
        else:
            found += [[*run, row]] if len(run) > 1 else []
            run = []
    return found


def _row(piece: str) -> Row | None:
    plain, amounts = folded(piece), money_in(piece)
    if len(piece) > _LONGEST or len(amounts) > 1 or _NO_ITEM.search(plain):
        return None
    if amounts and not piece[amounts[0].end :].strip(" ."):
        at, amount = amounts[0].at, amounts[0].amount
    elif not amounts and (found := _ENDS.search(plain)):
        at, amount = found.start(), number(found["number"])
    else:
        return None
    if _TOTAL.search(plain[:at]):
        return Row(piece, "total", amount) if amounts else None
    return Row(piece, "item", amount)
