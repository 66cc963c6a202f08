"""Whose an order is: who wrote in its session, who the channel says is writing, or who knows its e-mail or phone."""

import re
from typing import Final

from state.ids import ContactId, SessionId
from state.shop import PHONE_DIGITS, Order, phone_end

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"\+?\d[\d ().-]{7,18}\d")


def owns(order: Order, session: SessionId, contact: ContactId | None) -> bool:
    """Tell whether the order was placed in this session, or by who the channel says is writing."""
    draft = order.draft
    return draft.session == session or (contact is not None and draft.customer.contact == contact)


def proves(order: Order, text: str) -> bool:
    """Tell whether `text` holds the e-mail address or the phone number that the order was made with."""
    customer = order.draft.customer
    given, phone = email_in(text), phone_in(text)
    same_email = bool(given) and given == customer.email.casefold()
    return same_email or (bool(phone) and bool(customer.phone) and same_phone(phone, customer.phone))


def email_in(text: str) -> str:
    """Return the e-mail address in `text`, in small letters; empty when there is none."""
    found = _EMAIL.search(text)
    return found[0].casefold() if found else ""


def phone_in(text: str) -> str:
    """Return the phone number in `text`, its digits with a leading plus if it has one; empty when there is none."""
    found = _PHONE.search(text)
    return "".join(sign for sign in found[0] if sign.isdigit() or sign == "+") if found else ""


def same_phone(one: str, other: str) -> bool:
    """Tell whether two numbers end in the same digits."""
    return len(phone_end(one)) == PHONE_DIGITS and phone_end(one) == phone_end(other)
