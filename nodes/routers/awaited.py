"""An answer to what selling asked for: an address, a name, which of a list, whose order. Short answers say no lane."""

from collections.abc import Callable
from typing import Final

from nodes.lanes.consent import CHANGING, CONFIRMATION, consent
from nodes.lanes.shopping import form_questions as buying
from nodes.lanes.shopping import orders, reading
from nodes.lanes.shopping.cart import CART
from nodes.lanes.shopping.details import asks_about, method_in, pays, place_in, street_in, way_in
from nodes.lanes.shopping.finding import LISTED
from nodes.lanes.shopping.naming import name_in
from nodes.routers.evidence import Evidence
from nodes.shop.ownership import email_in, phone_in
from prompts.shop import ShopRules
from state.decision import Stage

_CONFIDENCE: Final = 0.98
_NAME_WORDS: Final = 6
_FEW_WORDS: Final = 5

Fits = Callable[[str, ShopRules], bool]


def awaited(evidence: Evidence) -> Stage | None:
    """Return the lane that asked, where the text has the form of an answer; None where it may be anything."""
    awaiting, text, rules = evidence.request.awaiting, evidence.turn.text, evidence.tenant.shop
    if rules is None or awaiting is None or not text or not _fits(awaiting, text, rules, evidence):
        return None
    if awaiting in _SUPPORT:
        last = evidence.last_intent
        name = last.name if last and last.lane == "support" else None
        return _fired(awaiting, "support", name)
    intent = evidence.tenant.doing(_action(awaiting, text))
    return _fired(awaiting, "commerce", intent.name if intent else None)


def _action(awaiting: str, text: str) -> str:
    if awaiting == LISTED:
        return "buy" if reading.buys(text) else "product_search"
    going_on = consent(text) is not None or reading.finishes(text)
    return "cart_change" if awaiting == CART and not going_on else "checkout"


def _fits(awaiting: str, text: str, rules: ShopRules, evidence: Evidence) -> bool:
    if awaiting == CONFIRMATION and evidence.request.current_lane != "commerce":
        return False
    fits = _person if awaiting == orders.NUMBER else FORMS.get(awaiting)
    return fits is not None and fits(text, rules)


def _method(text: str, rules: ShopRules) -> bool:
    return (method_in(text, rules) is not None and not asks_about(text)) or place_in(text) is not None


def _address(text: str, rules: ShopRules) -> bool:
    return place_in(text) is not None or bool(street_in(text)) or method_in(text, rules) == "pickup"


def _buyer(text: str, _: ShopRules) -> bool:
    if email_in(text) or phone_in(text):
        return True
    return not reading.asks(text) and "?" not in text and len(text.split()) <= _NAME_WORDS and bool(name_in(text))


def _way(text: str, rules: ShopRules) -> bool:
    return way_in(text, rules.payment) is not None or (pays(text) and not reading.asks(text))


def _one_of_list(text: str, _: ShopRules) -> bool:
    chosen = reading.place_in_list(text) is not None or reading.more(text) or reading.by_price(text) != 0
    measured = bool(reading.sizes(text)) and len(text.split()) <= _FEW_WORDS
    return chosen or measured or reading.bare_number(text)


def _cart(text: str, _: ShopRules) -> bool:
    if consent(text) == "yes" or (reading.finishes(text) and not reading.asks(text)):
        return True
    return reading.takes_out(text) or reading.empties(text) or (reading.changes(text) and reading.counts(text))


def _before_yes(text: str, rules: ShopRules) -> bool:
    """Tell whether the order is corrected rather than confirmed."""
    corrected = place_in(text) is not None or (method_in(text, rules) is not None and "?" not in text)
    return corrected or reading.takes_out(text) or (reading.changes(text) and reading.counts(text))


def _person(text: str, _: ShopRules) -> bool:
    return bool(email_in(text) or phone_in(text))


FORMS: Final[dict[str, Fits]] = {
    buying.METHOD: _method,
    buying.ADDRESS: _address,
    buying.BUYER: _buyer,
    buying.WAY: _way,
    CHANGING: _method,
    LISTED: _one_of_list,
    CART: _cart,
    CONFIRMATION: _before_yes,
    orders.PROOF: _person,
    orders.ADDRESS: lambda text, _: place_in(text) is not None,
}
"""By what is awaited, whether a text has the form of an answer."""
_SUPPORT: Final = frozenset({orders.PROOF, orders.NUMBER, orders.ADDRESS})


def _fired(awaiting: str, lane: str, intent: str | None) -> Stage:
    reason = f"{awaiting} was asked for, and this answers it"
    return Stage("rules", True, reason, "support" if lane == "support" else "commerce", intent, _CONFIDENCE)
