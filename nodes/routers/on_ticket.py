"""What is wanted of a ticket that is named or was just spoken of: how far it is, more for it, an end to it."""

import re
from typing import Final, Literal

from nodes.lanes.matching import fold

Wanted = Literal["ticket_status", "add_to_ticket", "close_ticket"]
WANTED: Final[tuple[Wanted, ...]] = ("ticket_status", "add_to_ticket", "close_ticket")

_ENDS: Final = re.compile(
    r"\b(?:cierr\w+|cerr(?:ar|arl[ao]|ad|adl[ao]|emos|emosl[ao])|clos(?:e|ed|ing)|(?:puedes|podeis|can)"
    r" (?:quitar|drop)|"
    r"(?:esta|quedo|quedado|queda|fue|doy por) (?:ya )?(?:resuelt[oa]|arreglad[oa]|solucionad[oa]|list[oa]|"
    r"cerrad[oa])|"
    r"(?:lo|la|me lo|me la|se) (?:ha |han |habeis |hemos )?(?:arregl|solucion|resol|resuel)\w+|"
    r"por mi(?: parte)? (?:ya )?(?:esta|vale|bien|perfecto)|no hace falta (?:que sigais|seguir|ya)|"
    r"(?:cancel|anul|archiv|retir|borr|elimin|quit|finaliz|dej|olvid)(?:a|ad|ar|en|e) (?:ya )?(?:el|la|mi|"
    r"lo del?|esa?) "
    r"(?:ticket|tiket|tique|parte|incidencia|caso|expediente|reclamacion)|"
    r"(?:cancel|void|archive|withdraw|delete|remove|drop|end|shut|stop|never mind) (?:the|my|that|this) "
    r"(?:\w+ )?(?:ticket|case|report|issue|file)|(?:can|could) be archived|"
    r"sorted|solved|resolved|fixed|no (?:longer )?need(?:ed)?|don t need|forget (?:it|about|the|my)|"
    r"call it (?:done|a day)|"
    r"as far as i m concerned|that does it)\b"
)
_ADDS: Final = re.compile(
    r"^(?:(?:hola|hi|hello|por favor|please|puedes|podeis|can you|could you|ah|oh|y|and) )*"
    r"(?:a[nñ]ad\w*|agreg\w*|apunt\w*|anot\w*|incluy\w*|incluid\w*|add|append|include|mention|note)\b|"
    r"\bshould (?:also )?say\b"
)
_GOES_ON: Final = re.compile(
    r"\b(?:no|ni|sin|todavia no|aun no|isn t|not|never|hasn t|nobody|nadie)\b(?: \w+){0,3} "
    r"(?:cerr|cierr|resuel|resol|arregl|solucion|clos|solv|fix|sort)\w*"
)
"""It isn't settled: "todavía no lo habéis arreglado"."""
_TELLS: Final = re.compile(
    r"\b(?:anad\w*|agreg\w*|apunt\w*|anot\w*|incluy\w*|incluid\w*|adjunt\w*|pon(?:ed|le|edle|gan|gale)?|sum(?:a|"
    r"ad|ale)|"
    r"falta(?:ba)? (?:decir|poner|contar|anadir)|(?:se )?me (?:olvid\w+|falto|faltaba)|tambien|ademas|otra cosa|"
    r"por cierto|"
    r"respond(?:o|er) a|(?<!no )reply(?:ing)? to|mas (?:datos|info\w*)|otro dato|more (?:details|info\w*)|add|"
    r"append|attach\w*|include|mention|note|put (?:in|on|down)|should (?:also )?(?:say|mention|include)|"
    r"forg[eo]t(?:ten)?|also|as well|too|one more thing|another thing|what s more|besides|on top of that)\b"
)
_ASKS: Final = re.compile(
    r"[?¿]|\b(?:como (?:va|esta|sigue)|que (?:tal|pasa|hay)|cuando|cuanto (?:tard|falt|queda)\w*|se sabe|noved\w+|"
    r"algo nuevo|respuesta|contest\w+|respond\w+|estado|how (?:is|s|long|far)|what s|when|any(?:thing)?|news|"
    r"status|progress|answer\w*|repl(?:y|ied)|follow up)\b"
)
_OF_IT: Final = re.compile(
    r"\b(?:cuando|cuanto (?:tard|falt|queda|hay que esperar|tiempo)\w*|para cuando|quien (?:lo|la|me)|"
    r"algo nuevo|noved\w+|"
    r"se sabe algo|respuesta|contest\w+|respond\w+|when|how long|how soon|who|any (?:news|answer|update|reply|"
    r"progress)|"
    r"(?:answered|replied|looked)(?: yet| at it)?)\b"
)
_NAMED: Final = re.compile(
    r"\b(?:el|la|mi|al|del|ese|esa|a la|lo del?) (?:mism[oa] )?(?:ticket|tiket|incidencia|expediente|parte|"
    r"reclamacion|caso)\b|"
    r"\b(?:my|the|that|this|same) (?:\w+ )?(?:ticket|tiket|case|report|file)\b"
)
_RECEIPT: Final = re.compile(
    r"\b(?:factur\w*|haciend\w*|copia|duplicado|garantia|cambi\w+|devol\w+|devuel\w+|tique de compra|"
    r"alguno de vosotros|"
    r"invoice|receipt copy|warranty|guarantee|exchange|refund\w*|return\w*)\b|\bde mi parte\b"
)
"""A Spanish "ticket" is a receipt, too."""
_FEW: Final = 9
_WORD: Final = re.compile(r"[a-z0-9ñ?¿]+")


def wanted_of(text: str) -> Wanted | None:
    """Return what is wanted of the ticket that `text` names; None where its words leave it open.

    >>> wanted_of("TK-1003, ya lo arreglasteis"), wanted_of("TK-1003: also, the lid is loose"), wanted_of("TK-1003?")
    ('close_ticket', 'add_to_ticket', 'ticket_status')
    """
    said = _words(text)
    if _ADDS.search(said):
        return "add_to_ticket"
    if _ENDS.search(said) and not _GOES_ON.search(said) and "?" not in text:
        return "close_ticket"
    if _TELLS.search(said):
        return "add_to_ticket"
    return "ticket_status" if _ASKS.search(said) else None


def names_one(text: str) -> bool:
    """Tell whether words are about a ticket that there is: "el parte de ayer", "my case".

    >>> names_one("para el parte de ayer"), names_one("quiero poner un parte")
    (True, False)
    """
    said = _words(text)
    return _NAMED.search(said) is not None and not _RECEIPT.search(said)


def follows_up(text: str) -> Wanted | None:
    """Return what a few words want of the ticket that the last reply spoke of; None where they may be about anything.

    >>> follows_up("y además le falta una pata"), follows_up("and how long will that take?"), follows_up("any pans?")
    ('add_to_ticket', 'ticket_status', None)
    """
    said = _words(text)
    asks, few = "?" in text, len(said.split()) <= _FEW
    if few and not asks and _ENDS.search(said) and not _GOES_ON.search(said):
        return "close_ticket"
    if not asks and _TELLS.search(said):
        return "add_to_ticket"
    return "ticket_status" if asks and few and _OF_IT.search(said) else None


def _words(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))
