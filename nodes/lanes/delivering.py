"""What sending something to a place costs, from the shop's zones: a postcode, a region's name, a country."""

import re
from functools import lru_cache
from typing import Final

from babel import Locale

from nodes.lanes.matching import fold, says
from nodes.lanes.phrasing import Phrasing
from prompts.shop import ShopRules, Zone
from state.conversation import Reply, Source

_POSTCODE: Final = re.compile(r"(?<![\d-])(\d{4}-\d{3}|\d{5})(?![\d-])")
DELIVERY: Final = "shipping"
"""The page about delivery, which the zones answer for a place more exactly."""
_SENDS: Final = re.compile(r"\b(envi(o|os|ar|ais|an|as)|mandais|repartis|llegais|ship|shipping|deliver|delivery)\b")
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


def delivery_page(phrasing: Phrasing) -> list[Source]:
    """Return the page about delivery as what supports a reply."""
    page = phrasing.tenant.page(DELIVERY, phrasing.locale)
    return [Source("page", page.slug, page.title)] if page else []


def delivery_reply(phrasing: Phrasing, text: str) -> Reply | None:
    """Return what a delivery to the place in `text` costs, or that nothing is sent there; None where it names none."""
    rules = phrasing.tenant.shop
    if rules is None or not rules.zones:
        return None
    source = delivery_page(phrasing)
    if zone := zone_in(rules, text):
        return Reply(_priced(phrasing, zone), source)
    if country := _country(text, phrasing):
        return Reply(phrasing.say("shipping_not_to", place=country, list=_served(phrasing, rules)), source)
    if code := _POSTCODE.search(text):
        return Reply(phrasing.say("order_unserved", postcode=code[1]), source)
    return None


def zone_in(rules: ShopRules, text: str) -> Zone | None:
    """Return the zone of the postcode or the place that `text` names, None where it names none that is served."""
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


def is_elsewhere(phrasing: Phrasing, text: str) -> bool:
    """Tell whether `text` names a postcode or a country, served or not."""
    return bool(_POSTCODE.search(text) or _country(text, phrasing))


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
