"""Whose an order is: who wrote in its session, who the channel says is writing, or who knows its e-mail or phone.

An order's number proves nothing: numbers follow each other. Without a number, e-mail and phone are both needed.
"""

import re
from dataclasses import dataclass
from typing import Final

from nodes.ownership import Customer
from nodes.shop.ports import Orders
from state.shop import PHONE_DIGITS, Order, phone_end

_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w-])\+?\d[\d ().-]{7,18}\d(?![\w-])")


MISSES: Final = 5
"""Wrong details of one order, in whatever conversations, after which only a person helps for a day: they might be
guesses."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An order that somebody names: `order` is None where nothing says that it is theirs, or where there is none.

    `locked`: too many wrong details were given for it lately; no further one is looked at.
    """

    order: Order | None = None
    locked: bool = False


class OrderOwner:
    """Knows whose orders are, for the policy of tools."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def owns(self, customer: Customer, ref: str) -> bool:
        """Tell whether the order `ref` is this customer's; False as well where there is no such order."""
        return (await claimed(self._orders, customer, ref)).order is not None


async def claimed(orders: Orders, customer: Customer, number: str) -> Claim:
    """Return the order if whoever names its number may see it and change it; wrong details are counted.

    A number that no order has is treated like one that is somebody else's.
    """
    order = await orders.find(customer.tenant, number)
    if order is not None and _known(order, customer):
        return Claim(order)
    named = order.number if order else number.upper()
    if await orders.guesses(customer.tenant, named, [], at=customer.at) >= MISSES:
        return Claim(locked=True)
    email, phone = customer.claims.get("email", ""), customer.claims.get("phone", "")
    if order is not None and proves(order, email=email, phone=phone):
        return Claim(order)
    wrong = [one for one in (email.casefold(), phone_end(phone)) if one]
    counted = await orders.guesses(customer.tenant, named, wrong, at=customer.at) if wrong else 0
    return Claim(locked=counted >= MISSES)


def _known(order: Order, customer: Customer) -> bool:
    """Tell whether an order is whose conversation this is, or whom the channel vouches for."""
    if order.draft.session == customer.session:
        return True
    return customer.contact is not None and order.draft.buyer.contact == customer.contact


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
        for order in await orders.of_person(customer.tenant, email):
            if order not in own and await _made_with(orders, order, phone, customer):
                own.append(order)
    return own


async def _made_with(orders: Orders, order: Order, phone: str, customer: Customer) -> bool:
    """Tell whether an order was made with a phone number, unless too many were tried; a wrong one is counted."""
    same = _same_phone(order, phone)
    wrong = [] if same else [phone_end(phone)]
    return await orders.guesses(customer.tenant, order.number, wrong, at=customer.at) < MISSES and same


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
