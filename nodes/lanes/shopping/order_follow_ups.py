"""Words by which customers ask more of an order that was just shown."""

import re
from typing import Final

from nodes.lanes.matching import fold

_ORDER: Final = re.compile(
    r"\b(cuando (?:me )?(?:llega|llegara|lo recibo|sale|viene)|seguimiento|tracking|transportista|courier|carrier|"
    r"cuando (?:estara|estaria)|hasta cuando|cuanto tiempo (?:lo|me lo) guard\w+|por donde va|donde esta|"
    r"when (?:does|will|is) it|when do i get it|how long (?:do|will) you (?:keep|hold)|until when|where is it)\b"
)
_FEW: Final = 9


def asks_of_order(text: str) -> bool:
    """Tell whether a few words ask something of the order that was just shown.

    >>> asks_of_order("¿cuándo llega?"), asks_of_order("nº seguimiento?"), asks_of_order("¿tenéis teteras?")
    (True, True, False)
    """
    return len(text.split()) <= _FEW and bool(_ORDER.search(fold(text).replace("'", " ")))
