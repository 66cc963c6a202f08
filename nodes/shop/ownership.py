"""Whose an order is: who wrote in its session, who the channel says is writing, or who knows its e-mail or phone.

An order's number proves nothing: numbers follow each other. Without a number, e-mail and phone are both needed.
"""

import re
from typing import Final

from nodes.ownership import Customer
from nodes.shop.ports import Orders
from state.shop import PHONE_DIGITS, Order, phone_end

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w-])\+?\d[\d ().-]{7,18}\d(?![\w-])")


MISSES: Final = 5
"""Wrong details after which only a person helps: they might be guesses. They are counted in the slot `misses`."""


class OrderOwner:
    """Knows whose orders are, for the policy of tools."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def owns(self, customer: Customer, ref: str) -> bool:
        """Tell whether the order `ref` is this customer's; False as well where there is no such order."""
        order = await self._orders.find(customer.tenant, ref)
        return order is not None and is_theirs(order, customer)


def is_theirs(order: Order, customer: Customer) -> bool:
    """Tell whether somebody who names an order's number may see it and change it."""
    if order.draft.session == customer.session:
        return True
    if customer.contact is not None and order.draft.buyer.contact == customer.contact:
        return True
    if int(customer.claims.get("misses", "0")) >= MISSES:
        return False
    return proves(order, email=customer.claims.get("email", ""), phone=customer.claims.get("phone", ""))


def proves(order: Order, *, email: str = "", phone: str = "") -> bool:
    """Tell whether the order was made with that e-mail address or that phone number."""
    return _same_email(order, email) or _same_phone(order, phone)


async def orders_without_number(orders: Orders, customer: Customer) -> list[Order]:
    """Return a customer's newest orders as far as no number is needed.

    Those of this session and of the channel's contact; and those made with both the e-mail and the phone given.
    """
    own = await orders.latest(customer.tenant, session=customer.session, contact=customer.contact)
    email, phone = customer.claims.get("email", ""), customer.claims.get("phone", "")
    if email and phone:
        made = await orders.of_person(customer.tenant, email)
        own += [order for order in made if _same_phone(order, phone) and order not in own]
    return own


def email_in(text: str) -> str:
    """Return the e-mail address in `text`, in small letters; empty when there is none."""
    found = _EMAIL.search(text)
    return found[0].casefold() if found else ""


def phone_in(text: str) -> str:
    """Return the phone number in `text` as it is written; empty when there is none."""
    found = _PHONE.search(text)
    enough = found is not None and len(phone_end(found[0])) == PHONE_DIGITS
    return found[0] if found and enough else ""


def _same_email(order: Order, email: str) -> bool:
    return bool(email) and order.draft.buyer.email.casefold() == email.casefold()


def _same_phone(order: Order, phone: str) -> bool:
    end = phone_end(phone)
    return len(end) == PHONE_DIGITS and phone_end(order.draft.buyer.phone) == end
