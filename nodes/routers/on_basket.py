"""What is wanted of a basket by its words: what is in it, something out of it or otherwise, to pay for it."""

import re
from typing import Final, Literal

from nodes.lanes.matching import fold

Wanted = Literal["cart_show", "cart_change", "checkout"]
WANTED: Final[tuple[Wanted, ...]] = ("cart_show", "cart_change", "checkout")

_BASKET: Final = re.compile(
    r"\b(?:(?:la|mi|el|al|del|de la|esta|este) (?:cesta|carrito|carro|bolsa)\b"
    r"(?! (?:de (?!la compra)|amazon))|(?:my|the|this) (?:\w+ )?(?:basket|cart|trolley|bag)|"
    r"lo que (?:llevo|tengo (?:ahi|dentro|metido|puesto|apuntado)|he (?:ido )?(?:met|puesto|anad|eleg|pid|"
    r"cog)\w*|voy a comprar)|"
    r"(?:que|cuanto|cuantas cosas) (?:llevo|he (?:ido )?(?:met|puesto|anad|cog)\w+)(?! esperando)|"
    r"what (?:i ve|have i|i have|did i|am i|i m) (?:put|got|added|picked|chosen|buying|taking)|(?:my|the)"
    r" shopping so far)\b"
)
_OUT: Final = re.compile(
    r"\b(?:quit(?:a|ar|ad|e|en)|elimin(?:a|ar|ad|e)|borr(?:a|ar|ad|e)|sac(?:a|ar|ad)|saqu(?:e|en)|retir(?:a|ar|ad|e)|"
    r"tach(?:a|ar|ad)|descart(?:a|ar|ad))(?:me|nos)?(?:l[oa]s?)?\b|^(?:\w+ )?fuera (?:el|la|los|las)\b|"
    r"\b(?:prescind\w+ del?|al final (?:no|sin)|(?:l[oa]s?|el \w+|la \w+) no l[oa]s? (?:llevo|quiero|cojo)|"
    r"remove|delete|take (?:\w+ ){1,5}?(?:out|off)|pull (?:\w+ ){1,4}?out|leave (?:\w+ ){1,4}?out|drop|lose|"
    r"scrap|ditch|"
    r"get rid of|not (?:having|taking) the)\b"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:cambi(?:a|ar|ad|ame|o)|dej(?:a|ar|ad|ame)(?:l[oa]s?)? (?:en|solo)|sub(?:e|ir|eme)|baj(?:a|ar|ame)|"
    r"mejor (?:\d|dos|tres|una?)|"
    r"vaci\w+|swap|change|make (?:it|that|them)|bump|empty|clear)\b"
)
_MORE: Final = re.compile(
    r"\b(?:(?:anad(?:e|ir|id|eme)|agreg(?:a|ar|ame|ue)|met(?:e|er|ed|eme)|pon(?:er|me|ed|le)?|sum(?:a|ar|ame))\b.*"
    r"\b(?:tambien|otr[oa]|mas|a lo que)|(?:add|put|pop)\b.*\b(?:also|too|another|as well|more|to what))\b"
)
_PAYS: Final = re.compile(
    r"\b(?:pag(?:ar|arl[oa]s?|o|amos|ame)|tramit\w+|finali\w+|termin(?:ar|amos|o|emos|a|ad)|cerr(?:ar|amos|ad)|"
    r"cierr(?:a|o|e)\w*|"
    r"acab(?:ar|amos|o)|pas(?:ar|o|amos) por caja|proces(?:a|ar|ad|adlo|alo)|confirm(?:a|ar|ad|o)|"
    r"pay|check ?(?:it |this |me )?out|finish(?:ing)?|complet(?:e|ing)|clos(?:e|ing)|wrap(?:ping)? up|process|"
    r"place)\b"
)
_ALL_OF_IT: Final = re.compile(
    r"\b(?:(?:ya )?(?:lo )?(?:tengo|elegi|he elegido|esta|cogi|he cogido) todo|eso (?:es|seria) todo|nada mas|"
    r"es todo lo que|"
    r"(?:el|lo|la) (?:resto|demas|compra|pedido|cesta)|"
    r"(?:got|picked|chosen|have|ve|that s|that is|that was|that would be) (?:everything|all|it all|the lot)|"
    r"nothing else|the rest|"
    r"(?:my|the|this) (?:purchase|order|basket|shop(?:ping)?))\b"
)
_ASKS: Final = re.compile(
    r"[?¿]|\b(?:(?<!lo )que|cual(?:es)?|cuanto|dime|dame|ver|ensen\w+|muestr\w+|repas\w+|resum\w+|list\w+|recuerd\w+|"
    r"what|which|how much|show|see|tell|list|remind|read|recap|summar\w+)\b"
)
_OPENS: Final = re.compile(r"(?:y |and |hola |hi )?(?:cuanto|que|cual|dime|what|which|how|remind|tell|recuerda\w*)\b")
_HINDERED: Final = re.compile(
    r"\b(?:no (?:me |se )?(?:deja|puedo|consigo|va|funciona|sale|carga)|error|falla|como|no (?:lo )?(?:tramit|"
    r"proces|finaliz)\w+|"
    r"(?:del|de mi|al|en mi) pedido|(?:off|from|to) (?:the|my) order|don t|can t|cannot|won t|doesn t|how (?:do|"
    r"can|to|does)|is it possible|se puede)\b|\b[a-z]{1,2} ?\d{4,}\b|"
    r"\b(?:devol\w+|reembols\w+|refund\w*|return\w*|llego|ha llegado|came|arrived|cancel\w*|anul\w*|tarjeta|"
    r"card|shop close)\b"
)
"""What keeps from buying, and what was bought already."""
_ALL_AWAY: Final = re.compile(
    r"(?:(?:na|nah|nada|no|pues|mira|ya|vale|ok|mejor|bueno|venga|actually|well|just|please|dejal[oa]|dejemosl[oa]|olvidal[oa]|"
    r"forget it|never mind|leave it|scrap it) )*"
    r"(?:(?:borr|quit|elimin|vaci|cancel)\w* (?:lo )?tod[oa]s?(?: lo (?:anterior|que puse))?|"
    r"(?:delete|remove|clear|cancel|scrap|wipe) (?:everything|it all|all(?: of it)?|the lot))"
    r"(?: (?:por favor|porfa|please|anda|gracias|thanks))*"
)
_WORD: Final = re.compile(r"[a-z0-9ñ?¿]+")


def throws_all_away(text: str) -> bool:
    """Tell whether everything is to be forgotten, and nothing else is said.

    >>> throws_all_away("na dejalo, borra todo"), throws_all_away("borra todos mis datos")
    (True, False)
    """
    return _ALL_AWAY.fullmatch(" ".join(_WORD.findall(fold(text)))) is not None


def wanted_of(text: str, *, named: bool, spoken_of: bool = False) -> Wanted | None:
    """Return what is wanted of the basket, None where the words leave it open.

    `named` when the text names a product, `spoken_of` when the last reply was about the basket.

    >>> wanted_of("saca la fuente", named=True), wanted_of("¿qué llevo en la cesta?", named=False)
    ('cart_change', 'cart_show')
    >>> wanted_of("that's everything, let me pay", named=False), wanted_of("no me deja pagar la compra", named=False)
    ('checkout', None)
    """
    said = " ".join(_WORD.findall(fold(text)))
    if _HINDERED.search(said):
        return None
    basket = spoken_of or _BASKET.search(said) is not None
    asks = "?" in text or _OPENS.match(said) is not None
    if _OUT.search(said) and (named or basket) and not asks:
        return "cart_change"
    if _PAYS.search(said) and (basket or _ALL_OF_IT.search(said)) and not (asks and not basket):
        return "checkout"
    if basket and (_OTHERWISE.search(said) or _MORE.search(said)) and not asks:
        return "cart_change"
    return "cart_show" if basket and _ASKS.search(said) else None
