"""The texts every tenant has, and the values each is filled in with. The one table; lanes and loader both follow it."""

from collections.abc import Mapping
from string import Formatter
from typing import Final

from prompts.desk_texts import CARE
from prompts.shop_texts import SHOP_TEXTS

SHOP_VALUES: Final = frozenset({"shop", "phone", "email", "address"})
"""Known at any time: what a text that an intent is answered with may use."""

CHOICE_TITLE_LIMIT: Final = 20
"""Characters a WhatsApp reply button shows."""

_TABLE: Final = {
    **SHOP_TEXTS,
    "greeting": "shop",
    "thanks": "",
    "goodbye": "shop",
    "help": "shop",
    "unknown": "phone email",
    "not_our_business": "shop",
    "not_understood": "",
    "hours_open_now": "closes",
    "hours_closed_now": "opens",
    "hours_week": "week",
    "hours_day": "day hours",
    "hours_day_closed": "day",
    "hours_day_special": "day reason",
    "closed": "",
    "today_at": "time",
    "day_at": "day time",
    "contact": "phone email address",
    "clarify": "",
    "product_one": "name price summary stock",
    "product_many": "count query list",
    "product_line": "name price stock",
    "product_none": "query",
    "product_price": "name price",
    "product_in_stock": "name stock",
    "product_out_of_stock": "name alternatives",
    "product_compare": "first second",
    "product_details": "name summary phone email",
    "product_which": "",
    "recommend": "list",
    "how_to_order": "phone email address",
    "in_stock": "",
    "out_of_stock": "",
    "return_intro": "product",
    "return_start": "",
    "return_intro_any": "",
    "return_steps": "days address",
    "return_ask_order": "",
    "return_noted": "order email phone",
    "order_status_ask": "",
    "order_status_noted": "order email phone",
    "warranty_product": "product months",
    "warranty_line": "product months",
    "warranty_general": "",
    "handoff_opened_open": "phone email",
    "handoff_opened_closed": "phone email opens",
    "handoff_waiting": "phone",
    "handoff_waiting_closed": "email opens",
    "handoff_opened_open_kept": "phone",
    "handoff_opened_closed_kept": "opens email",
    "handoff_waiting_kept": "phone",
    "handoff_waiting_closed_kept": "opens email",
    "handoff_closed": "",
    "handoff_not_open": "",
    "handoff_returned": "",
    "handoff_nobody": "phone email",
    "desk_answer": "number subject answer",
    "media_received": "kind",
    "media_too_large": "kind",
    "media_refused": "",
    "voice_received": "",
    "kind_image": "",
    "kind_audio": "",
    "kind_voice": "",
    "kind_video": "",
    "kind_document": "",
    "kind_sticker": "",
    "kind_other": "",
    "location_received": "address",
    "order_received": "count total",
    "order_received_unpriced": "count",
    "form_received": "",
    "contact_received": "phone email",
    "stopped": "shop",
    "resumed": "shop",
    "reaction": "",
    "failure": "phone email",
    "offer_person": "",
    "choice_hours": "",
    "choice_products": "",
    "choice_returns": "",
    "choice_back": "",
    "choice_ticket": "",
    "choice_keep_waiting": "",
    **CARE,
    "choice_menu": "",
    "choice_product_page": "",
    "choice_confirm": "",
    "choice_decline": "",
    "confirm_declined": "",
    "confirm_gone": "",
    "confirm_doubt": "phone email",
    "still_open": "what",
    "open_question": "words",
    "open_cart": "items",
    "open_commerce": "",
    "open_support": "",
    "open_info": "",
    "choice_resume": "",
}
REQUIRED_TEXTS: Final[Mapping[str, frozenset[str]]] = {key: frozenset(names.split()) for key, names in _TABLE.items()}
CHOICE_TITLES: Final = frozenset(name for name in _TABLE if name.startswith("choice_")) | {"offer_person"}


def allowed(key: str) -> frozenset[str]:
    """Return the values that the text `key` may use; a tenant's own texts may use the shop's."""
    return REQUIRED_TEXTS.get(key, SHOP_VALUES)


def variables(text: str) -> frozenset[str]:
    """Return the names in braces.

    Raises:
        ValueError: a brace is left open, or holds more than a name.
    """
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is not a plain name")
        found.add(name)
    return frozenset(found)
