"""What a message wants and the shop doesn't sell: "quiero un microondas"."""

import re
from typing import Final

from nodes.lanes.matching import fold, topic, words
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.products import named_products
from nodes.lanes.shopping.reading import place_in_list, sizes

_WANTS: Final = re.compile(
    r"^\W*(?:(?:hola|buenas|hi|hello|y|and|oye|tambien|ahora)\b\W*)*?"
    r"(?:(?:quiero|quisiera|queria|busco|necesito|ponme|i want|i need|i d like|i would like|i m looking for|"
    r"looking for)\s+(?:comprar |to buy |buy )?(?:un|una|unos|unas|a|an|some)|"
    r"(?:teneis|tienes|tienen|vendeis|venden|hay|do you (?:have|sell|stock)|have you got)"
    r"(?:\s+(?:un|una|unos|unas|a|an|any|some|algun\w*))?|"
    r"(?:y|and|(?:what|how) about|que tal) (?:un|una|unos|unas|a|an|some)(?=.*\?))"
    r"\s+(?P<thing>[^?!.,;]+?)\W*$"
)
POINTS: Final = frozenset(
    "este esta esto ese esa eso estos estas esos esas aquel aquella lo ello uno otro otra otros otras mismo misma "
    "igual it this that these those them one ones other another same more mas stock existencias unidades "
    "disponible disponibles color colores talla tallas size sizes colour colours modelo modelos opciones options "
    "grande pequeno pequena mediano mediana barato barata caro cara mejor nuevo nueva "
    "big small large bigger smaller larger cheap cheaper better new "
    "algo something anything parecido similar foto fotos photo photos".split()
)
"""Words that speak of what was shown."""
_FEW: Final = 3


def not_sold(phrasing: Phrasing, text: str) -> str:
    """Return what `text` wants when it is a thing that the catalogue has no word for; empty for all else.

    Who asks for a thing by name doesn't mean what was shown before.
    """
    found = _WANTS.match(" ".join(re.sub(r"['’]", " ", fold(text)).split()))
    if found is None or place_in_list(text) is not None or sizes(text):
        return ""
    said, thing = set(re.findall(r"\w+", found["thing"])), words(found["thing"])
    if not thing or len(thing) > _FEW or said & POINTS or named_products(phrasing, text):
        return ""
    return topic(text)
