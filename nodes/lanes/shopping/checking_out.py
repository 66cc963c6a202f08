"""The checkout, step by step: what is still needed is asked, what is written is noted, in whatever order it comes."""

import re
from dataclasses import replace
from typing import Final

from nodes.lanes.consent import CHANGING, CONFIRMATION, consent
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.policy import Refused
from nodes.lanes.shopping import corrections
from nodes.lanes.shopping.cart import CART, Nothing
from nodes.lanes.shopping.details import (
    asks_about,
    looks_like_a_street,
    method_in,
    names_means,
    pays,
    place_in,
    says_how_paid,
    sent_to,
    street_in,
    tells_details,
    way_in,
)
from nodes.lanes.shopping.form_questions import ADDRESS, BUYER, STEPS, WAY, how_long, next_question, unserved
from nodes.lanes.shopping.hesitating import helped_on, hesitation
from nodes.lanes.shopping.naming import introduces, name_in
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
from nodes.lanes.shopping.reading import takes_out
from nodes.lanes.shopping.taking_back import without
from nodes.lanes.shopping.telling import name_among, only_a_name
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
            self._begin()
        if asking := next_question(form, self._phrasing):
            return self._with_a_way_out(asking)
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
        if self._box.state["cart"] and self._begins(turn.text, awaiting):
            self._begin()
        if not self.begun:
            return None
        if awaiting and (what := hesitation(turn.text, awaiting)):
            form = self.form
            asking = next_question(form, self._phrasing)
            return helped_on(what, awaiting, form, self._phrasing, asking) if asking else await self.go_on()
        if awaiting in {*STEPS, CONFIRMATION} and corrections.asks_how_long(turn.text):
            asked = await self.go_on()
            return replace(asked, text=f"{how_long(self.form, self._phrasing)}\n\n{asked.text}")
        return await self.noted(turn.text, awaiting)

    async def begun_with(self, text: str) -> Reply:
        """Begin with an order that one message tells whole."""
        self._begin()
        return await self.noted(text, None) or await self.go_on()

    async def corrected(self, text: str) -> Reply | None:
        """Take back a detail that is to be otherwise, and ask for it unless the message says it."""
        detail, slots = corrections.detail_changed(text), self._box.state["slots"]
        if detail is None or not self.begun or place_in(text) or email_in(text) or phone_in(text):
            return None
        if detail == "name" and (name := name_in(_named_after(text))):
            self._box.change({"slots": {**slots, "name": name}})
            return await self.go_on()
        if detail == "way" and way_in(text, self.form.ways):
            return None
        self._box.change({"slots": without(slots, detail)})
        return await self.go_on()

    def _with_a_way_out(self, asking: Reply) -> Reply:
        """Return a question with a person offered where it is asked again."""
        again = asking.awaiting in STEPS and asking.awaiting == self._box.state["awaiting"] and not asking.choices
        return replace(asking, choices=self._phrasing.offer_person()) if again else asking

    def _begins(self, text: str, awaiting: str | None) -> bool:
        """Tell whether the words say where what is in the cart is to go."""
        intent = self._ports.tenant.intent(self._box.state["intent"])
        going = awaiting == CART or (awaiting is None and intent is not None and intent.answer.action == "checkout")
        return sent_to(text) is not None or (going and (corrections.gets_it(text) or tells_details(text)))

    def _begin(self) -> None:
        self._box.change({"slots": {**self._box.state["slots"], "buying": "yes"}})

    async def noted(self, text: str, awaiting: str | None) -> Reply | None:
        """Note what a text says of delivery, buyer and payment, and go on; None when it says nothing of them."""
        noted = await self._taken_down(text, awaiting)
        if isinstance(noted, Reply):
            return noted
        return await self.go_on() if noted else None

    async def noted_meanwhile(self, text: str, awaiting: str | None) -> str:
        """Note what a text says of the order while something else is asked, and say so; empty where it says nothing."""
        if not (corrections.gets_it(text) or tells_details(text) or (self.begun and says_how_paid(text))):
            return ""
        self._begin()
        before = self.form.method
        noted = await self._taken_down(text, awaiting)
        if isinstance(noted, Reply):
            return noted.text
        said = self._phrasing.say("order_noted")
        collected = self.form.method == "pickup" != before
        return f"{said} {how_long(self.form, self._phrasing)}" if collected else said

    async def _taken_down(self, text: str, awaiting: str | None) -> bool | Reply:
        noted = [
            await self._delivery(text, awaiting),
            await self._purchaser(text, awaiting),
            await self._payment(text, awaiting),
        ]
        return next((one for one in noted if isinstance(one, Reply)), any(noted))

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
            used = await self._box.use(set_delivery, asked)
            doubted = isinstance(used, Done) and "postcode" not in self._box.state["slots"]
            return used.reply or False if doubted and isinstance(used, Done) else isinstance(used, Done)
        if await self._insists(text, awaiting):
            return True
        street = self._street(text) if awaiting == ADDRESS else ""
        if street and method_in(text, rules) != "pickup":
            return isinstance(await self._box.use(set_delivery, Delivery(method="delivery", street=street)), Done)
        heard = awaiting in {*STEPS, CHANGING, CONFIRMATION} - {WAY} or corrections.gets_it(text)
        heard = heard and not asks_about(text)
        said = method_in(text, rules) if heard and not (awaiting == WAY and pays(text)) else None
        if said is None or said == slots.get("method"):
            return False
        return isinstance(await self._box.use(set_delivery, Delivery(method=said)), Done)

    async def _insists(self, text: str, awaiting: str | None) -> bool:
        """Take the postcode that was doubted, where the answer is that it is right."""
        doubted = self._box.state["slots"].get("doubted", "")
        right = consent(text) == "yes" or corrections.is_right(text)
        if awaiting != ADDRESS or not doubted or not right or "postcode" in self._box.state["slots"]:
            return False
        return isinstance(await self._box.use(set_delivery, Delivery(method="delivery", postcode=doubted)), Done)

    def _street(self, text: str) -> str:
        """Return the street in an answer to the question for the address; none known, also words that look like one."""
        known = "street" in self._box.state["slots"]
        wanted = corrections.gets_it(text) or corrections.goes_on(text) or corrections.names_an_order(text)
        wanted = wanted or consent(text) is not None or says_how_paid(text) or introduces(text) or takes_out(text)
        plain = text[:120] if not known and not wanted and looks_like_a_street(text) else ""
        return street_in(text) or plain

    async def _purchaser(self, text: str, awaiting: str | None) -> bool:
        email, phone = email_in(text), phone_in(text)
        name = self._name(text, awaiting)
        if 0 < len(name) < _SHORT_NAME:
            self._box.change({"slots": {**self._box.state["slots"], "name": name}})
            return True
        if not (email or phone or name):
            return False
        asked = Purchaser(name=name or None, email=email or None, phone=phone or None)
        return isinstance(await self._box.use(set_purchaser, asked), Done)

    def _name(self, text: str, awaiting: str | None) -> str:
        """Return the buyer's name: asked for, introduced, or told beside other details."""
        if introduces(text):
            return name_in(text)
        if "name" in self._box.state["slots"]:
            return ""
        alone = awaiting == BUYER or (awaiting in STEPS and only_a_name(text))
        return (name_in(text) if alone else "") or (name_among(text, self.form.rules) if _tells_more(text) else "")

    async def _payment(self, text: str, awaiting: str | None) -> bool | Reply:
        asked = awaiting in {WAY, CHANGING, CONFIRMATION}
        if not asked and not says_how_paid(text) and not _among(text):
            return False
        form = self.form
        way = way_in(text, form.ways)
        if way is None and pays(text) and form.method and "?" not in text:
            ways = ", ".join(self._phrasing.local(one.title) for one in form.ways)
            going_on = await self.go_on()
            said = self._phrasing.say("order_no_such_way", ways=ways)
            return Reply(f"{said} {going_on.text}", choices=going_on.choices, awaiting=going_on.awaiting)
        if way is None or way == form.way:
            return way is not None
        return isinstance(await self._box.use(set_payment, PayBy(way=way.name)), Done)


def _tells_more(text: str) -> bool:
    """Tell whether a message gives an address, an e-mail or a phone, beside which a name may stand."""
    return bool(email_in(text) or phone_in(text) or place_in(text))


def _among(text: str) -> bool:
    """Tell whether a means of payment is the whole message, or a piece of one that tells other details."""
    return "?" not in text and any(
        names_means(piece) for piece in (re.split(r"[,;\n]", text) if _tells_more(text) else [text])
    )


def _named_after(text: str) -> str:
    """Return what follows in "change the name to Ana", "el nombre está mal, es Ana"."""
    found = _NEW_NAME.search(text)
    return found[1] if found else ""


_NEW_NAME: Final = re.compile(r"\b(?:nombre|name)\b.*?\b(?:a|por|es|to|is|it's|pon)\s+([^\W\d_].*)$", re.IGNORECASE)
_SHORT_NAME: Final = 3
"""Letters from which the policy can tell that a name was written: "Bo" is taken as it is."""
