"""What an order still needs, read out of what a buyer writes: how it gets there, to whom, how it is paid."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from nodes.lanes.matching import fold, says
from nodes.shop.ownership import email_in
from prompts.shop import Method, ShopRules, Way

Step = Literal["method", "address", "buyer", "way"]

_POSTCODE: Final = re.compile(r"(?<![\d-])(\d{4}-\d{3}|\d{5})(?![\d-])")
_BEFORE_ADDRESS: Final = re.compile(
    r"^\W*(?:(?:hola|mejor|prefiero|quiero|que|lo|me|better|rather|instead|vale|"
    r"ok|si|sí|yes|sure|(?:mi |my |la |the )?(?:nueva |new )?(?:dirección|"
    r"direccion|address)|es|is|envíamelo|enviamelo|"
    r"envíalo|envialo|mándalo|mandalo|mándamelo|mandamelo|a casa|"
    r"a domicilio|de envío|de envio|de entrega|envío|envio|cámbiala|cambiala|cambia|pon|"
    r"send it|ship it|deliver it|deliver|delivery|change it|to|a|en|at|it's|vivo|i live|por favor|please)\b[\s,:;.]*)+",
    re.IGNORECASE,
)
_COURTESY: Final = re.compile(r"\s*\b(please|por favor|porfa|gracias|thanks)\b.*", re.IGNORECASE)
_PICKUP: Final = re.compile(
    r"\b(recog\w*|recoj\w*|retir\w*|paso (a|por)|pasar (a|por)|en (la )?tienda|pick ?(it |them )?up|pickup|collect\w*|"
    r"in (the )?(store|shop)|from the (store|shop))\b"
)
_DELIVERY: Final = re.compile(
    r"\b(envi\w*|a domicilio|a casa|domicilio|mand\w*|deliver\w*|ship\w*|send\w*|home|post it|by post)\b"
)
_BETWEEN: Final = (
    r"l[oa]s?|me|te|se|nos|quiero|quisiera|puedo|podre|podemos|voy|vamos|ir|a|en|de|hace|falta|necesito|prefiero|por|"
    r"para|want|wanna|to|need|can|will|do|you|it|them|i|the|for|be|able|go|please|que"
)
_DENIED: Final = re.compile(
    rf"\b(?:no|not|don['’]?t|can['’]?t|cannot|won['’]?t|sin|nada de|en vez de|en lugar de|instead of|rather than)\s+"
    rf"(?:(?:{_BETWEEN})\s+){{0,5}}?"
    rf"(?:{_PICKUP.pattern}|{_DELIVERY.pattern})(?:\s+en (?:la )?tienda|\s+a (?:casa|domicilio))?"
)
"""A way that the words say no to: "no quiero recogerlo", "instead of collecting"."""
_DENIED_BEHIND: Final = re.compile(
    rf"(?:{_PICKUP.pattern}|{_DELIVERY.pattern})(?:\s+(?:en|de|la|vuestra|tienda|in|from|the|shop|store|it|a|casa|domicilio))"
    rf"{{0,4}}\s+(?:mejor\s+|pues\s+)?(?:no|not)\b(?=\s*(?:(?:gracias|thanks)\s*)?(?:[,.;!]|$))"
)
"""The same with the no behind it: "recoger no, a domicilio"."""
_STREET: Final = re.compile(
    r"\b(?:calle|c/|avda\.?|avenida|av\.|plaza|pza\.?|paseo|p[ºo]\.|camino|carrer|ronda|traves[ií]a|rua|carretera|ctra\.?|"
    r"glorieta|pasaje|urbanizaci[oó]n|gran v[ií]a|rambla|la rambla)(?=\s|\b).*",
    re.IGNORECASE | re.DOTALL,
)
"""From the word that a street begins with."""
_STREET_BEHIND: Final = re.compile(
    r"\b(?:street|road|avenue|lane|square|drive|close|court|way|place|gardens|terrace|hill|edificio|bloque|portal|finca|"
    r"partida|barrio|poligono|pol[ií]gono|carretera|lugar|aldea)\b",
    re.IGNORECASE,
)
_PAID_WITH: Final = "efectivo cash tarjeta card bizum paypal transferencia transfer metalico contrareembolso".split()
_ASKS_ABOUT: Final = re.compile(
    r"^\W*(?:y |and )?(?:cuanto|cuando|como|donde|que|cual|por que|"
    r"how|when|where|what|which|why|hay|do you|haceis|es|is)\b"
)
_ORDERED: Final = re.compile(r"\b[A-Za-z]{1,3}-\d{3,}\b")
_PAYING: Final = re.compile(r"\b(pag\w*|pay\w*)\b")
_AT_PICKUP: Final = re.compile(
    r"\b(al (?:ir a )?(?:recoger|retirar)\w*|(?:cuando|al) (?:\w+ ){0,4}?(?:recoj|recog|retir)\w*|"
    r"en (la |vuestra )?tienda|alli|en mano|in (the )?(store|shop)|"
    r"(?:when|once) (?:i|we) (?:\w+ ){0,4}?(?:collect|pick)\w*|on (collection|pickup|collecting)|"
    r"at (pickup|the shop|the store|collection))\b"
)
_FEW: Final = 4
_NUMBER_BEFORE: Final = re.compile(r"\b\d{1,4}[a-z]?,?\s+$", re.IGNORECASE)
_SENT: Final = re.compile(r"\b(?:envi|mand|entreg|llev|tra[ei]|ship|send|deliver)\w*")
_OTHER_DETAIL: Final = re.compile(r"^(?:soy|me llamo|a nombre|mi |my |i'm|pago|pay|tel|correo)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """An address as it was written; the words are the buyer's own."""

    street: str
    postcode: str
    city: str


def place_in(text: str) -> Place | None:
    """Return the address in `text`, known by its postcode; None when there is none.

    >>> place_in("Envíalo a Calle Mayor 3, 28013 Madrid")
    Place(street='Calle Mayor 3', postcode='28013', city='Madrid')
    """
    found = _POSTCODE.search(text)
    if found is None:
        return None
    before = _street_of(text[: found.start()])
    after = text[found.end() :].split("@", 1)[0]
    pieces = [piece.strip(" ,.;:-?!") for piece in re.split(r"[.,;\n(]\s", after.strip(" ,.;:-"))]
    city = _COURTESY.sub("", pieces[0]).strip()
    if not before and len(pieces) > 1 and re.search(r"[^\W\d_]{3,}.*\d", pieces[1]):
        before = "" if _OTHER_DETAIL.match(pieces[1]) else _COURTESY.sub("", pieces[1]).strip()
    if not city and "," in before:
        before, _, city = before.rpartition(",")
    return Place(before.strip(" ,"), found[1], " ".join(city.split()))


def sent_to(text: str) -> Place | None:
    """Return the whole address that `text` wants something sent to, also in a question; None for one about prices."""
    place = place_in(text)
    if place is None or not any(map(str.isdigit, place.street)) or asks_about(text):
        return None
    return place if _SENT.search(fold(text)) else None


def _street_of(text: str) -> str:
    """Return the street in what stands before a postcode: from its first word on, or without what leads to it."""
    found = _STREET.search(text)
    number = _NUMBER_BEFORE.search(text[: found.start()]) if found and not any(map(str.isdigit, found[0])) else None
    bare = (number[0] if number else "") + found[0] if found else _BEFORE_ADDRESS.sub("", text)
    return bare.strip(" ,.;:-")


def street_in(text: str) -> str:
    """Return an address without a postcode: words with a number behind them; empty when it doesn't look like one."""
    bare = _COURTESY.sub("", _street_of(text)).strip(" ,.;:")
    return (
        bare
        if re.search(r"[^\W\d_]{3,}.*\b\d{1,4}\b", bare) and not email_in(text) and not _ORDERED.search(text)
        else ""
    )


def looks_like_a_street(text: str) -> bool:
    """Tell whether words may be where somebody lives, though without a number: they begin as streets do."""
    return bool(_STREET.search(text) or _STREET_BEHIND.search(text)) or (
        any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    )


def method_in(text: str, rules: ShopRules) -> Method | None:
    """Return how an order is to get to the buyer, where `text` says it and the shop does it."""
    folded = fold(text)
    said = _DENIED_BEHIND.sub(" ", _DENIED.sub(" ", folded))
    if rules.pickup and _PICKUP.search(said):
        return "pickup"
    if rules.zones and _DELIVERY.search(said):
        return "delivery"
    return _other(folded, rules)


def _other(folded: str, rules: ShopRules) -> Method | None:
    """Return the one method that is left where the words are no more than a no to the other."""
    if not (rules.pickup and rules.zones):
        return None
    denied = _DENIED.search(folded) or _DENIED_BEHIND.search(folded)
    if denied is None:
        return None
    return "delivery" if _PICKUP.search(denied[0]) else "pickup"


def asks_about(text: str) -> bool:
    """Tell whether the words ask for a fact about delivery or pickup rather than choose it."""
    return bool(_ASKS_ABOUT.match(fold(text)))


def way_in(text: str, ways: list[Way]) -> Way | None:
    """Return the way to pay that `text` names by a word of its title, or by its place among `ways`."""
    folded = fold(text)
    place = re.fullmatch(r"\D{0,12}(\d)\W*", folded)
    if place and 1 <= int(place[1]) <= len(ways):
        return ways[int(place[1]) - 1]
    for way in ways:
        titles = [word for title in way.title.values() for word in re.findall(r"\w{4,}", title)]
        if any(says(text, word) for word in [*titles, way.name.replace("_", " ")]):
            return way
    if _AT_PICKUP.search(folded) and (there := [way for way in ways if way.methods == ["pickup"]]):
        return there[0]
    return next((way for way in ways if any(_takes(way, word) for word in _paid_with(text))), None)


def pays(text: str) -> bool:
    """Tell whether the words name a means of payment, offered or not."""
    return bool(_paid_with(text)) or bool(_AT_PICKUP.search(fold(text)))


def says_how_paid(text: str) -> bool:
    """Tell whether the words say by themselves that they are about paying, and with what: "pago por transferencia"."""
    return bool(_PAYING.search(fold(text))) and pays(text)


def names_means(text: str) -> bool:
    """Tell whether a message is a means of payment and nearly nothing else: "by bank transfer"."""
    return bool(_paid_with(text)) and len(text.split()) <= _FEW


def tells_details(text: str) -> bool:
    """Tell whether a message gives a whole address or an e-mail, and asks nothing."""
    place = place_in(text)
    whole = place is not None and any(map(str.isdigit, place.street))
    return "?" not in text and not asks_about(text) and (whole or bool(email_in(text)))


def _paid_with(text: str) -> list[str]:
    return [word for word in _PAID_WITH if says(text, word)]


def _takes(way: Way, word: str) -> bool:
    return any(says(said, word) for said in way.text.values())
