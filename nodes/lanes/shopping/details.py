"""What an order still needs, read out of what a buyer writes: how it gets there, to whom, how it is paid."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from nodes.lanes.matching import fold, says
from nodes.shop.ownership import email_in, phone_in
from prompts.shop import Method, ShopRules, Way

Step = Literal["method", "address", "buyer", "way"]

_POSTCODE: Final = re.compile(r"(?<![\d-])(\d{4}-\d{3}|\d{5})(?![\d-])")
_BEFORE_ADDRESS: Final = re.compile(
    r"^\W*(?:(?:hola|mejor|prefiero|quiero|que|lo|me|better|rather|instead|vale|"
    r"ok|si|sí|yes|sure|(?:mi |my |la |the )?(?:nueva |new )?(?:dirección|"
    r"direccion|address)|es|is|envíamelo|enviamelo|"
    r"envíalo|envialo|mándalo|mandalo|mándamelo|mandamelo|a casa|a domicilio|envío|envio|cámbiala|cambiala|cambia|pon|"
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
_NOT_A_NAME: Final = re.compile(
    r"\b(soy|me llamo|mi nombre( es)?|a nombre de|nombre|mi (correo|email|mail|telefono|teléfono|móvil|movil|numero|"
    r"número)( es)?|correo|e-?mail|mail|teléfono|telefono|tel|móvil|movil|es|y|my name is|i'm|i am|"
    r"name|my|phone|number|"
    r"is|and|it's|under|the|el|vale|ok|sí|si|yes|hola|hi|claro|sure|para|for|por favor|please)\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,4}")
_LONGEST_NAME: Final = 60


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
    before = _BEFORE_ADDRESS.sub("", text[: found.start()]).strip(" ,.;:-")
    after = text[found.end() :].split("@", 1)[0]
    city = _COURTESY.sub("", re.split(r"[.,;\n(]", after.strip(" ,.;:-"), maxsplit=1)[0]).strip()
    if not city and "," in before:
        before, _, city = before.rpartition(",")
    return Place(before.strip(" ,"), found[1], " ".join(city.split()))


def street_in(text: str) -> str:
    """Return an address without a postcode: words with a number behind them; empty when it doesn't look like one."""
    bare = _BEFORE_ADDRESS.sub("", text).strip(" ,.;:")
    return bare if re.search(r"[^\W\d_]{3,}.*\b\d{1,4}\b", bare) and not email_in(text) else ""


def method_in(text: str, rules: ShopRules) -> Method | None:
    """Return how an order is to get to the buyer, where `text` says it and the shop does it."""
    folded = fold(text)
    if rules.pickup and _PICKUP.search(folded):
        return "pickup"
    return "delivery" if rules.zones and _DELIVERY.search(folded) else None


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
    return None


def name_in(text: str) -> str:
    """Return the name in an answer to "who is it for?"; empty when none is left beside e-mail and phone."""
    bare = text.replace(phone_in(text) or "\0", " ")
    bare = re.sub(r"\S+@\S+", " ", bare)
    found = _NAME.search(_NOT_A_NAME.sub(" ", re.sub(r"[\d+]", " ", bare)).replace(",", " ").strip())
    return " ".join(found[0].split())[:_LONGEST_NAME] if found and len(found[0]) > 1 else ""
