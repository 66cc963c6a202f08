"""Words by which customers follow something up: a return, a ticket."""

import re
from typing import Final

from nodes.lanes.matching import fold

_RETURN: Final = re.compile(r"\b(devolucion|reembolso|return|refund)\b")
_HOW: Final = re.compile(
    r"\b(como va|como esta|por donde va|que tal va|que (?:pasa|hay) con|en que (?:estado|punto)|estado de|novedades|"
    r"seguimiento|how is|how ?s|how far|status|where is|where ?s|any news|update on|what ?s happening|track)\b"
)
_WHERE: Final = re.compile(
    r"\b((?:a ?donde|donde) (?:l[oa]s? |os l[oa]s? |tengo que |hay que |debo )?(?:mand|envi|llev|devuelv)\w*|"
    r"where (?:do|should|shall|can|must) i (?:send|post|ship|bring|take|return)|what ?s the (?:return )?address|"
    r"etiqueta|(?:return|shipping|parcel|prepaid) label)\b"
)
_LABEL: Final = re.compile(
    r"\b(?:etiqueta\b.{0,30}\b(?:devol|retorno|vuelta|paquete)\w*|(?:return|shipping|parcel|prepaid) label|"
    r"label (?:for|to) (?:the |my )?(?:return|parcel|send))\b"
)
_ADDS: Final = re.compile(r"^\W*(?:por favor |please )?(?:anad\w*|agreg\w*|append|add)\b")
_ADDED_TO: Final = re.compile(
    r"^\W*(?:por favor |please )?(?:a[nñ]ad\w*|agreg\w*|append|add)\b"
    r"(?:\s+(?:a|al|to|la|el|the|mi|my|incidencia|ticket))*\W*",
    re.IGNORECASE,
)
_ASKS_FOR_TICKET: Final = re.compile(
    r"^\W*(?:(?:hola|hi|hello|buenas)\W+)?(?:(?:quiero|quisiera|me gustar[ií]a|puedes|pod[eé]is|necesito|por favor|"
    r"i want to|i'd like to|please|can you|could you)\s+)?"
    r"(?:[aá]br\w+|cr[eé]a\w*|open|log|raise|create|submit|file)\s+(?:me\s+)?(?:una?|an?|otr[oa]|the)?\s*(?:new\s+|support\s+)?"
    r"(?:incidencia|ticket|tique|caso|case|reclamaci[oó]n|queja|parte|issue|complaint)"
    r"(?:\s+(?:sobre|por(?:que)?|de que|about|because|that))?\W*",
    re.IGNORECASE,
)


def asks_how_return_goes(text: str) -> bool:
    """Tell whether somebody asks how far their return or their refund is.

    >>> asks_how_return_goes("¿cómo va mi devolución?"), asks_how_return_goes("quiero hacer una devolución")
    (True, False)
    """
    folded = fold(text).replace("'", " ")
    return bool(_RETURN.search(folded) and _HOW.search(folded))


def asks_where_to_send(text: str) -> bool:
    """Tell whether somebody asks where a parcel goes back to.

    >>> asks_where_to_send("¿adónde lo mando?"), asks_where_to_send("¿dónde está mi pedido?")
    (True, False)
    """
    return bool(_WHERE.search(fold(text).replace("'", " ")))


def asks_for_label(text: str) -> bool:
    """Tell whether somebody asks for the label of a parcel that goes back.

    >>> asks_for_label("¿me mandáis la etiqueta de devolución?"), asks_for_label("the label says 28 cm")
    (True, False)
    """
    return bool(_LABEL.search(fold(text)))


def adds(text: str) -> bool:
    """Tell whether a message begins with a wish to add something.

    >>> adds("añade que también huele a quemado"), adds("¿se puede añadir?")
    (True, False)
    """
    return bool(_ADDS.search(fold(text)))


def added(text: str) -> str:
    """Return what is to be added, without the wish to.

    >>> added("añade que huele a quemado"), added("añade a la incidencia: tiene 2 meses")
    ('que huele a quemado', 'tiene 2 meses')
    """
    return _ADDED_TO.sub("", text).strip()


def trouble_in(text: str) -> str:
    """Return what is wrong, without the wish for a ticket before it; the whole text where nothing is left.

    >>> trouble_in("Ábreme una incidencia: el hervidor gotea"), trouble_in("open a ticket about the kettle")
    ('el hervidor gotea', 'the kettle')
    """
    return _ASKS_FOR_TICKET.sub("", text).strip() or text
