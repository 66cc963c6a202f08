"""Order numbers as customers write them, and customers who have none."""

import re
from typing import Final

from nodes.lanes.matching import fold
from state.desk import CASE_NUMBER

PRINTED: Final = re.compile(r"(?<![\w@.-])([A-Z]{1,3}-?\d{3,8})(?![\w-])", re.IGNORECASE)
"""An order number as the shop prints it: `A-5512`."""

_NAMED: Final = re.compile(
    r"\b(?:pedido|orden|compra|encargo|order|purchase)\b(?:\s+(?:es|is|el|number|numero|num|no|n|ref|referencia))*"
    r"\W{0,4}([a-z]{0,4}[-/ ]?\d{3,12}(?:-\d{1,6})?)\b"
)
_ASKED: Final = re.compile(r"(?<![\w@.+-])([a-z]{0,4}[-/]?\d{3,12}(?:-\d{1,6})?)(?![\w@-])")
_LONGEST: Final = 24

_NOT: Final = r"no|sin|perdi|perdido|olvide|tampoco|don ?'?t|dont|without|lost|forgot|can ?'?t|cannot|haven ?'?t|not"
_NONE: Final = re.compile(
    rf"\b(?:{_NOT})\b.{{0,40}}\b(?:numero|num|number|pedido|order|correo|email|mail|confirmacion|confirmation|recibo|receipt|"
    r"tique|ticket|it|lo|tengo|encuentro|have|find|remember|recuerdo|acuerdo|se|know|idea)\b"
)


def order_in(text: str, *, asked: bool = False) -> str | None:
    """Return the order number in `text`, in capitals, whatever its shape; numbers of tickets and returns are none.

    Bare digits count when they follow a word for an order, or, if the number was just `asked` for, by themselves.

    >>> order_in("el pedido a-5512"), order_in("pedido nº 12345"), order_in("12345"), order_in("12345", asked=True)
    ('A-5512', '12345', None, '12345')
    """
    rest = CASE_NUMBER.sub(" ", text)
    found = PRINTED.search(rest) or _NAMED.search(fold(rest)) or (_ASKED.search(fold(rest)) if asked else None)
    return re.sub(r"\s", "", found[1]).upper()[:_LONGEST] if found else None


def has_none(text: str) -> bool:
    """Tell whether a customer who was asked for the number says that they don't have it.

    >>> has_none("no tengo el número de pedido"), has_none("I lost it"), has_none("I can't find the receipt")
    (True, True, True)
    """
    return _NONE.search(fold(text).replace("’", "'")) is not None
