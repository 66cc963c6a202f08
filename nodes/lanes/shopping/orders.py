"""Questions about orders on record: where one is, cancelling it, sending it elsewhere. Used by the support lane."""

import re
from dataclasses import replace
from typing import Final

from nodes.lanes.matching import fold
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.corrections import gets_it
from nodes.lanes.shopping.details import place_in
from nodes.lanes.shopping.order_answers import answer_of, asked_of
from nodes.lanes.shopping.order_follow_ups import asks_of_order
from nodes.lanes.shopping.order_tools import (
    NewAddress,
    OneOrder,
    OrderFact,
    cancel_order,
    change_address,
    closed,
    look_up_order,
    payment_link,
)
from nodes.lanes.shopping.order_words import ORDER, orders_words
from nodes.lanes.shopping.proof import ADDRESS, NUMBER, PROOF
from nodes.lanes.toolbox import Asked, Done, Failed, Toolbox, Used
from nodes.ownership import Customer
from nodes.ports import Ports
from nodes.shop.ownership import claimed, email_in, orders_without_number, phone_in
from nodes.shop.ports import Counter
from state.conversation import Choice, Reply
from state.errors import NotDoneError
from state.shop import Order
from state.turn import ReplyPart

__all__ = ["ACTIONS", "ADDRESS", "NUMBER", "PROOF", "answer_order", "is_a_detail"]

ACTIONS: Final = frozenset({"order_status", "order_change"})

_BESIDE: Final = 24
"""Characters beside an e-mail address or a phone number: "mi correo es", a full stop."""
_NUMBER: Final = re.compile(r"(?<![\w-])([A-Z]{1,3})[-\s]?(\d{3,8})(?![\w-])", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<![\w-])#?(\d{4,8})(?![\w-])")
_CANCELS: Final = re.compile(
    r"\b(cancel\w*|anul\w*|borr\w*|elimin\w*|no lo quiero|no me lo|no lo envi\w*|arrepent\w*|sin efecto|call off|scrap|"
    r"don ?t want|don ?t send|undo|delete|deshacer|duplicad\w*|duplicate|sin querer|by accident|baja)\b"
)
_MOVES: Final = re.compile(
    r"\b(direccion|address|domicilio|codigo postal|postcode|piso|flat|otra casa|mudado|mude|moved)\b"
)
_DELIVERS: Final = re.compile(
    r"\b(?:(?:to|for|want|prefer|por|con|a) (?:home )?(?:delivery|shipping|envio)|(?:delivery|envio) (?:instead|mejor)|"
    r"(?:have|get) it (?:delivered|shipped|sent)|que (?:me )?l[oa] (?:envie|mande|traiga)\w*)\b"
)


def _delivers(folded: str) -> bool:
    return bool(_DELIVERS.search(folded)) and not _CANCELS.search(folded)


async def answer_order(box: Toolbox, ports: Ports, phrasing: Phrasing) -> Reply | None:
    """Return the answer to a question about an order, None where the turn asks nothing of one."""
    intent = ports.tenant.intent(box.state["intent"])
    action = intent.answer.action if intent else None
    awaiting, slots = box.state["awaiting"], box.state["slots"]
    continues = awaiting in {NUMBER, PROOF, ADDRESS} and slots.get("business") in ACTIONS
    tapped = any(isinstance(part, ReplyPart) and part.id.startswith(ORDER) for part in box.state["turns"][-1].parts)
    told = awaiting is None and "order" in slots and is_a_detail(box.state["turns"][-1].text)
    if ports.counter is None or not (action in ACTIONS or continues or tapped or told):
        return None
    before = slots.get("business")
    business = action if action in ACTIONS else before if before in ACTIONS else "order_status"
    return await _Asking(box, ports.counter, phrasing, str(business)).answer()


def is_a_detail(text: str) -> bool:
    """Tell whether a text is an e-mail address or a phone number and hardly more."""
    given = email_in(text) or phone_in(text)
    return bool(given) and len(text) - len(given) <= _BESIDE


class _Asking:
    """One turn about an order."""

    def __init__(self, box: Toolbox, counter: Counter, phrasing: Phrasing, business: str) -> None:
        self._box = box
        self._counter = counter
        self._phrasing = phrasing
        self._business = business
        self._text = box.state["turns"][-1].text
        self._before = box.state["slots"].get("order", "") if len(box.state["turns"]) > 1 else ""

    async def answer(self) -> Reply:
        self._note()
        customer = Customer.of(self._box.state)
        number = self._box.state["slots"].get("order", "") if self._named() or self._continues() else ""
        if not number:
            return await self._which(customer)
        claim = await claimed(self._counter.orders, customer, number)
        return await self._do(claim.order) if claim.order else self._unproven(number, locked=claim.locked)

    def _note(self) -> None:
        """Remember what the turn gives: the order's number, an e-mail address, a phone number."""
        given = {
            "order": self._named(),
            "email": email_in(self._text),
            "phone": phone_in(self._text),
            "business": self._business,
            "wish": self._wish(),
        }
        self._box.change({"slots": {**self._box.state["slots"], **{key: one for key, one in given.items() if one}}})

    def _wish(self) -> str:
        """Return what is to become of the order, as far as this turn says it."""
        folded = fold(self._text)
        for part in self._box.state["turns"][-1].parts:
            if isinstance(part, ReplyPart) and part.id.startswith(ORDER) and part.id.count(":") > 1:
                return part.id.rsplit(":", 1)[1]
        sent = self._business == "order_change" and (gets_it(self._text) or _delivers(folded))
        if place_in(self._text) or _MOVES.search(folded) or sent:
            return "address"
        return "cancel" if _CANCELS.search(folded) else ""

    def _named(self) -> str:
        for part in self._box.state["turns"][-1].parts:
            if isinstance(part, ReplyPart) and part.id.startswith(ORDER):
                return part.id.split(":")[1]
        text = self._text.replace(phone_in(self._text) or "\0", " ")
        place = place_in(text)
        if found := _NUMBER.search(text):
            return f"{found[1]}-{found[2]}".upper()
        digits = _DIGITS.search(text)
        rules = self._phrasing.tenant.shop
        if digits and rules and (place is None or place.postcode != digits[1]):
            return f"{rules.order_prefix}{digits[1]}"
        return ""

    def _continues(self) -> bool:
        """Tell whether the order that was talked of is still the one: it was asked about, or shown."""
        state = self._box.state
        asked = state["awaiting"] in {PROOF, ADDRESS}
        said = is_a_detail(self._text) or asks_of_order(self._text)
        return asked or ((said or self._business == "order_change") and "order" in state["slots"])

    async def _which(self, customer: Customer) -> Reply:
        own = await orders_without_number(self._counter.orders, customer)
        if self._business == "order_change":
            own = [order for order in own if order.open] or own
        if len(own) == 1:
            return await self._do(own[0])
        if own:
            return orders_words(self._phrasing, own)
        asking = self._phrasing.say("order_status_ask")
        return Reply(asking, choices=self._phrasing.offer_person(), awaiting=NUMBER)

    def _unproven(self, number: str, *, locked: bool) -> Reply:
        """Ask whose the order is; the same words whether there is such an order or not."""
        phrasing = self._phrasing
        if email_in(self._text) or phone_in(self._text) or locked:
            self._forget_claims()
            said = phrasing.say("order_locked" if locked else "order_unknown", order=number)
            return Reply(said, choices=phrasing.offer_person(), awaiting=None if locked else PROOF)
        return Reply(phrasing.say("order_whose", order=number), choices=phrasing.offer_person(), awaiting=PROOF)

    def _forget_claims(self) -> None:
        slots = {key: one for key, one in self._box.state["slots"].items() if key not in {"email", "phone"}}
        self._box.change({"slots": slots})

    async def _do(self, order: Order) -> Reply:
        slots = {**self._box.state["slots"], "order": order.number}
        wish = slots.pop("wish", "") if self._business == "order_change" else ""
        self._box.change({"slots": slots})
        if self._business != "order_change":
            look = payment_link if self._lacks_link(order) else look_up_order
            return self._answered(order, await self._box.use(look, OneOrder(order=order.number)))
        if not order.open:
            return closed(self._phrasing, order)
        if wish == "cancel":
            return self._told(await self._box.use(cancel_order, OneOrder(order=order.number)))
        return await self._elsewhere(order) if wish == "address" else self._what(order)

    def _answered(self, order: Order, used: Used[OrderFact]) -> Reply:
        """Return all of an order, or of one that was talked of before what is asked of it."""
        told, ask = self._told(used), asked_of(self._text)
        if ask is None or self._before != order.number or not isinstance(used, Done):
            return told
        answer = answer_of(ask, order, self._phrasing)
        return replace(answer, link=told.link) if ask == "payment" else answer

    def _lacks_link(self, order: Order) -> bool:
        """Tell whether an order is to be paid by a link that the provider didn't give when it was placed."""
        rules = self._phrasing.tenant.shop
        way = rules.way(order.payment.way) if rules else None
        due = order.payment.status == "due" and order.open and not order.payment.url
        return due and way is not None and way.link and self._counter.payments is not None

    async def _elsewhere(self, order: Order) -> Reply:
        if order.draft.address is None:
            cancel = Choice(f"{ORDER}{order.number}:cancel", self._phrasing.say("choice_cancel_order"))
            said = self._phrasing.say("order_collected", order=order.number)
            return Reply(said, choices=[*self._phrasing.offer_person(), cancel])
        place = place_in(self._text)
        if place is None or not (place.street and place.city):
            asking = self._phrasing.say("order_change_ask_address", order=order.number)
            return Reply(asking, awaiting=ADDRESS)
        asked = NewAddress(order=order.number, street=place.street, postcode=place.postcode, city=place.city)
        return self._told(await self._box.use(change_address, asked))

    def _what(self, order: Order) -> Reply:
        phrasing = self._phrasing
        offered = [
            Choice(f"{ORDER}{order.number}:cancel", phrasing.say("choice_cancel_order")),
            *(
                [Choice(f"{ORDER}{order.number}:address", phrasing.say("choice_address"))]
                if order.draft.address
                else []
            ),
            *phrasing.offer_person(),
        ]
        return Reply(phrasing.say("order_change_what", order=order.number), choices=offered)

    def _told(self, used: Used[OrderFact]) -> Reply:
        match used:
            case Done(reply=Reply() as reply) | Asked(reply=reply):
                return reply
            case Failed(error=error) if not isinstance(error, NotDoneError):
                raise error
            case _:
                return Reply(self._phrasing.unknown(), choices=self._phrasing.offer_person())
