"""What sending something to a place costs, from the shop's zones: a postcode, a region's name, a country."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from babel import Locale

from nodes.lanes.matching import fold, says
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import CART, items_minor
from prompts.shop import ShopRules, Zone
from state.conversation import CartLine, Choice, Reply, Source

_POSTCODE: Final = re.compile(r"(?<![\d-])(\d{4}-\d{3}|\d{5})(?![\d-])")
DELIVERY: Final = "shipping"
"""The page about delivery, which the zones answer for a place more exactly."""
_SENDS: Final = re.compile(r"\b(envi(o|os|ar|ais|an|as)|mandais|repartis|llegais|ship|shipping|deliver|delivery)\b")
_TOTAL: Final = re.compile(
    r"\b(?:total|(?:es|seria|sale|cuesta|son|queda|quedaria|costaria|saldria) todo|todo (?:junto|con|incluido)|"
    r"cuanto (?:me )?(?:es|seria|son|serian|sale|saldria|costaria|cuesta|queda|quedaria|tendria que pagar|pagaria)|"
    r"(?:it|that|this) all|altogether|in all|everything|"
    r"how much (?:is|would|will|does|do i|s|ll) (?:it|that|this|i|my|the (?:order|basket|cart)))\b"
)
_DELIVERED: Final = re.compile(
    r"\b(?:(?:con|mas|y) (?:el |los |gastos de |los gastos de )*(?:envio|portes|gastos de envio)s?(?! gratis)|"
    r"(?:envio|portes|gastos) inclui\w+|inclu\w+ (?:el |los )?(?:envio|portes|gastos)|"
    r"(?:with|incl\w*|plus|and) (?:the |of )?(?:shipping|delivery|postage)|(?:shipping|delivery|postage) incl\w*|"
    r"(?:delivered|shipped|sent) to)\b"
)
"""Who asks for the sum asks for the goods with their delivery; the delivery alone is asked for without "with"."""
_COUNTRY: Final = 2
"""Letters of a country's code; regions of the world have numbers."""
_COMMON: Final = {
    "GB": {"es": "el Reino Unido", "en": "the United Kingdom"},
    "US": {"es": "Estados Unidos", "en": "the United States"},
}
_CALLED: Final = {
    "GB": (
        "inglaterra",
        "escocia",
        "england",
        "scotland",
        "wales",
        "uk",
        "londres",
        "london",
        "gran bretana",
        "britain",
    ),
    "US": ("eeuu", "ee uu", "usa", "america", "nueva york", "new york"),
    "NL": ("holanda", "holland"),
}


def asks_delivery(text: str) -> bool:
    """Tell whether a text asks whether, when or for how much something is sent."""
    return bool(_SENDS.search(fold(text)))


def total_reply(phrasing: Phrasing, text: str, cart: Sequence[CartLine], slots: Mapping[str, str]) -> Reply | None:
    """Return what a cart comes to with delivery to the place in `text`, else to the order's, else to each zone.

    None where that isn't asked, the cart is empty, or the text names a place that nothing is sent to.
    """
    rules, said = phrasing.tenant.shop, " ".join(re.findall(r"[\w?]+", fold(text)))
    if rules is None or not cart or not (_TOTAL.search(said) and _DELIVERED.search(said)):
        return None
    named = _zone(rules, text)
    if named is None and (_POSTCODE.search(text) or _country(text, phrasing)):
        return None
    zone = named or rules.zone_of(slots.get("postcode", ""))
    lines = [_with_cart(phrasing, one, cart) for one in ([zone] if zone else rules.zones)]
    if zone:
        lines.append(phrasing.say("cart_delivered_days", days=phrasing.local(zone.days)))
    offered = [Choice("checkout:start", phrasing.say("choice_checkout"))]
    awaiting = None if "buying" in slots else CART
    return Reply((" " if zone else "\n").join(lines), _page(phrasing), offered, awaiting)


def _with_cart(phrasing: Phrasing, zone: Zone, cart: Sequence[CartLine]) -> str:
    items = items_minor(cart)
    fee = zone.fee(items)
    return phrasing.say(
        "cart_delivered",
        zone=phrasing.local(zone.title),
        items=phrasing.money(items),
        fee=phrasing.money(fee) if fee else phrasing.say("order_free"),
        total=phrasing.money(items + fee),
    )


def _page(phrasing: Phrasing) -> list[Source]:
    page = phrasing.tenant.page(DELIVERY, phrasing.locale)
    return [Source("page", page.slug, page.title)] if page else []


def delivery_reply(phrasing: Phrasing, text: str) -> Reply | None:
    """Return what a delivery to the place in `text` costs, or that nothing is sent there; None where it names none."""
    rules = phrasing.tenant.shop
    if rules is None or not rules.zones:
        return None
    source = _page(phrasing)
    if zone := _zone(rules, text):
        return Reply(_priced(phrasing, zone), source)
    if country := _country(text, phrasing):
        return Reply(phrasing.say("shipping_not_to", place=country, list=_served(phrasing, rules)), source)
    if code := _POSTCODE.search(text):
        return Reply(phrasing.say("order_unserved", postcode=code[1]), source)
    return None


def _zone(rules: ShopRules, text: str) -> Zone | None:
    code = _POSTCODE.search(text)
    if code and (zone := rules.zone_of(code[1])):
        return zone
    named = [(len(place), zone) for zone in rules.zones for place in zone.places if says(text, place)]
    return max(named, key=lambda one: one[0])[1] if named else None


def _priced(phrasing: Phrasing, zone: Zone) -> str:
    values = {"zone": phrasing.local(zone.title), "days": phrasing.local(zone.days)}
    if zone.free_from_minor is None:
        return phrasing.say("shipping_to", fee=phrasing.money(zone.fee_minor), **values)
    free = phrasing.money(zone.free_from_minor)
    return phrasing.say("shipping_to_free", fee=phrasing.money(zone.fee_minor), free=free, **values)


def _served(phrasing: Phrasing, rules: ShopRules) -> str:
    return "; ".join(phrasing.local(zone.title) for zone in rules.zones)


def _country(text: str, phrasing: Phrasing) -> str:
    """Return the country that `text` names, as the customer's language calls it; empty where it names none."""
    spoken = tuple(phrasing.tenant.profile.locales)
    home = _territories(phrasing.locale)
    for code, names in _countries(spoken).items():
        if any(says(text, name) for name in names):
            common = _COMMON.get(code, {}).get(phrasing.locale[:2])
            return common or home.get(code, code)
    return ""


@lru_cache(maxsize=8)
def _countries(locales: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return by country's code what it is called in these languages, but for the countries that are at home."""
    return {
        code: (*{_territories(locale)[code] for locale in locales}, *_CALLED.get(code, ()))
        for code in _territories(locales[0])
        if len(code) == _COUNTRY and code.isalpha() and code not in {"ES", "IC", "EA", "ZZ", "XA", "XB", "EU", "UN"}
    }


def _territories(locale: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
