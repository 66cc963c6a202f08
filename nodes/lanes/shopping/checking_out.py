"""The checkout, step by step: what is still needed is asked, what is written is noted, in whatever order it comes."""

from typing import Final

from nodes.lanes.consent import CONFIRMATION
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.policy import Refused
from nodes.lanes.shopping.cart import Nothing
from nodes.lanes.shopping.details import method_in, name_in, place_in, street_in, way_in
from nodes.lanes.shopping.form_questions import ADDRESS, BUYER, STEPS, WAY, next_question, unserved
from nodes.lanes.shopping.order_form import OrderForm
from nodes.lanes.shopping.placing import (
    Delivery,
    PayBy,
    Purchaser,
    place_order,
    set_delivery,
    set_payment,
    set_purchaser,
)
from nodes.lanes.toolbox import Asked, Done, Failed, Toolbox
from nodes.ports import Ports
from nodes.shop.ownership import email_in, phone_in
from state.conversation import Reply
from state.turn import ReplyPart


class Checkout:
    """The checkout of one turn."""

    def __init__(self, box: Toolbox, ports: Ports, phrasing: Phrasing) -> None:
        self._box = box
        self._ports = ports
        self._phrasing = phrasing

    @property
    def form(self) -> OrderForm:
        """The order as it is filled in so far."""
        return OrderForm.of(self._box.state, self._ports)

    @property
    def begun(self) -> bool:
        """Whether the customer is checking out."""
        return "buying" in self._box.state["slots"]

    async def go_on(self) -> Reply:
        """Ask for what is missing, or for the customer's yes."""
        form = self.form
        if form.cart and not self.begun:
            self._box.change({"slots": {**self._box.state["slots"], "buying": "yes"}})
        if asking := next_question(form, self._phrasing):
            return asking
        match await self._box.use(place_order, Nothing()):
            case Asked(reply=reply):
                return reply
            case Done(reply=reply):
                return reply or Reply(self._phrasing.unknown())
            case Refused():
                return Reply(self._phrasing.unknown(), choices=self._phrasing.offer_person())
            case Failed(error=error):
                raise error

    async def heard(self) -> Reply | None:
        """Note what the turn says of the order; None when it says nothing of it."""
        turn, awaiting = self._box.state["turns"][-1], self._box.state["awaiting"]
        for part in turn.parts:
            if isinstance(part, ReplyPart) and part.id.startswith("checkout:"):
                return await self._tapped(part.id.split(":")[1:])
        if not self.begun:
            return None
        noted = [
            await self._delivery(turn.text, awaiting),
            await self._purchaser(turn.text, awaiting),
            await self._payment(turn.text, awaiting),
        ]
        if nowhere := next((one for one in noted if isinstance(one, Reply)), None):
            return nowhere
        return await self.go_on() if any(noted) else None

    async def _tapped(self, words: list[str]) -> Reply:
        match words:
            case ["pickup" | "delivery" as method]:
                await self._box.use(set_delivery, Delivery(method="pickup" if method == "pickup" else "delivery"))
            case ["pay", way]:
                await self._box.use(set_payment, PayBy(way=way))
        return await self.go_on()

    async def _delivery(self, text: str, awaiting: str | None) -> bool | Reply:
        rules, slots = self.form.rules, self._box.state["slots"]
        place = place_in(text) if rules.zones else None
        if place is not None and rules.zone_of(place.postcode) is None:
            return unserved(self._phrasing, place.postcode)
        if place is not None:
            street, city = place.street or None, place.city or None
            asked = Delivery(method="delivery", street=street, postcode=place.postcode, city=city)
            return isinstance(await self._box.use(set_delivery, asked), Done)
        street = self._street(text) if awaiting == ADDRESS else ""
        if street and method_in(text, rules) != "pickup":
            return isinstance(await self._box.use(set_delivery, Delivery(method="delivery", street=street)), Done)
        said = method_in(text, rules) if awaiting in {*STEPS, CONFIRMATION} else None
        if said is None or said == slots.get("method"):
            return False
        return isinstance(await self._box.use(set_delivery, Delivery(method=said)), Done)

    def _street(self, text: str) -> str:
        """Return the street in an answer to the question for the address; any words are one where none is known."""
        known = "street" in self._box.state["slots"]
        plain = text[:120] if not known and any(character.isalpha() for character in text) else ""
        return street_in(text) or plain

    async def _purchaser(self, text: str, awaiting: str | None) -> bool:
        email, phone = email_in(text), phone_in(text)
        name = name_in(text) if awaiting == BUYER and "name" not in self._box.state["slots"] else ""
        if 0 < len(name) < _SHORT_NAME:
            self._box.change({"slots": {**self._box.state["slots"], "name": name}})
            name = ""
        if not (email or phone or name):
            return "name" in self._box.state["slots"] and awaiting == BUYER
        asked = Purchaser(name=name or None, email=email or None, phone=phone or None)
        return isinstance(await self._box.use(set_purchaser, asked), Done)

    async def _payment(self, text: str, awaiting: str | None) -> bool:
        if awaiting not in {WAY, CONFIRMATION}:
            return False
        way = way_in(text, self.form.ways)
        if way is None or way == self.form.way:
            return False
        return isinstance(await self._box.use(set_payment, PayBy(way=way.name)), Done)


_SHORT_NAME: Final = 3
"""Letters from which the policy can tell that a name was written: "Bo" is taken as it is."""
