"""What is known of a ticket, a return or a handoff, in words for the shop's people."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision
from pydantic import JsonValue

_LABELS: Final = {
    "said": "customer said",
    "tried": "answered about",
    "unanswered": "without an answer",
    "awaiting": "was asked for",
    "payer": "parcel paid by",
    "lines": "comes back",
}
_OURS: Final = frozenset({"turn", "currency", "links"})
"""Keys for programs; what people need of them is said elsewhere."""
_NOTHING: Final[tuple[JsonValue, ...]] = ([], {}, "", 0, None)


def known_of(facts: Mapping[str, JsonValue]) -> Iterator[str]:
    """Yield what is known, one line a fact: `refund: 39.90 EUR`."""
    for key, value in facts.items():
        if key in _OURS or value in _NOTHING:
            continue
        if key == "refund_minor" and isinstance(value, int):
            yield f"refund: {_amount(value, str(facts.get('currency') or ''))}"
        else:
            yield f"{_LABELS.get(key, key)}: {_shown(value)}"
    links = facts.get("links")
    if isinstance(links, dict) and links.get("session"):
        yield f"more: {links['session']}"


def _amount(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-get_currency_precision(currency))} {currency}".rstrip()


def _shown(value: JsonValue) -> str:
    match value:
        case list():
            return " | ".join(_shown(one) for one in value)
        case dict() if {"sku", "name", "quantity"} <= value.keys():
            ordered, quantity = value.get("ordered"), value["quantity"]
            more = f" of {ordered} ordered" if ordered not in {None, quantity} else ""
            return f"{quantity} × {value['name']} ({value['sku']}){more}"
        case dict():
            return ", ".join(_shown(one) for one in value.values())
        case _:
            return str(value)
