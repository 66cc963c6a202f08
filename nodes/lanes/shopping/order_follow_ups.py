"""Words by which customers ask more of an order that was just shown."""

import re
from typing import Final

from nodes.lanes.matching import fold
from nodes.lanes.shopping.order_answers import asked_of

_ORDER: Final = re.compile(
    r"\b(cuando (?:me )?(?:llega|llegara|lo recibo|sale|viene)|seguimiento|tracking|transportista|courier|carrier|"
    r"cuando (?:estara|estaria)|hasta cuando|cuanto tiempo (?:lo|me lo) guard\w+|por donde va|donde esta|"
    r"when (?:does|will|is) it|when do i get it|how long (?:do|will) you (?:keep|hold)|until when|where is it|"
    r"what did i (?:order|buy)|what ?s in (?:it|the order|my order)|"
    r"que (?:he )?(?:pedi|pedido|compre|comprado)|que lleva)\b"
)
_HOW_LONG: Final = re.compile(
    r"(?:(?:y|and|gracias|thanks|thank you|vale|ok|perfecto|genial|great|so|entonces) )*"
    r"(?:(?:cuanto (?:tiempo )?|como cuanto )(?:tarda|tardara|tardan|tardareis|tardais|falta)"
    r"(?: (?:en|mas|menos|mas o menos|llegar|llegarme|estar|listo|lista|para que llegue))*|"
    r"how (?:long|soon)"
    r"(?: (?:will|does|would|ll|s|it|that|is|take|be|until|till|to|arrive|come|get|here|arrives|ready))*)"
)
"""Nothing but how long it takes: the order that was just spoken of, not deliveries as such."""
_ITS_OWN: Final = frozenset({"courier", "kept", "payment", "total", "address"})
"""What is asked of the order that was shown by words that would ask something else of the shop."""
_FEW: Final = 9


def asks_of_order(text: str) -> bool:
    """Tell whether a few words ask something of the order that was just shown.

    >>> asks_of_order("¿cuándo llega?"), asks_of_order("nº seguimiento?"), asks_of_order("¿tenéis teteras?")
    (True, True, False)
    """
    if _HOW_LONG.fullmatch(" ".join(re.findall(r"\w+", fold(text)))):
        return True
    few = len(text.split()) <= _FEW
    return few and bool(_ORDER.search(fold(text).replace("'", " ")) or asked_of(text) in _ITS_OWN)
