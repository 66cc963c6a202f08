"""What a buyer says of the cart as a whole, or of two of its products: empty it, swap, all but one, too many."""

from typing import Final

from nodes.lanes.consent import CHANGING, CONFIRMATION, consent
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping import corrections
from nodes.lanes.shopping.cart import (
    CART,
    AddToCart,
    CartFacts,
    Item,
    Nothing,
    SetQuantity,
    add_to_cart,
    cart_words,
    empty_cart,
    set_quantity,
    show_cart,
)
from nodes.lanes.shopping.checking_out import Checkout
from nodes.lanes.shopping.corrections import EMPTYING
from nodes.lanes.shopping.form_questions import STEPS
from nodes.lanes.shopping.hesitating import hesitation
from nodes.lanes.shopping.order_form import FORM
from nodes.lanes.shopping.products import named_products, narrowed, remembered
from nodes.lanes.shopping.reading import changes, place_in_list, takes_it_out
from nodes.lanes.toolbox import Toolbox, Used
from prompts.tenant import Product
from state.conversation import CartLine, Choice, Conversation, Reply

EMPTY: Final = "cart:empty"


def settles(state: Conversation) -> bool:
    """Tell whether the turn calls the purchase off, asks for a moment, hesitates, or says yes or no to a question."""
    text, awaiting = state["turns"][-1].text, state["awaiting"]
    if not state["cart"]:
        return False
    if corrections.cancels(text) or corrections.waits(text) or hesitation(text, awaiting):
        return True
    return consent(text) is not None and awaiting in {CART, CHANGING, EMPTYING, *STEPS}


class Settling:
    """The steps of one turn that are about the cart as a whole."""

    def __init__(self, box: Toolbox, phrasing: Phrasing, checkout: Checkout) -> None:
        self._box = box
        self._phrasing = phrasing
        self._checkout = checkout
        self._text = corrections.without_lead_in(box.state["turns"][-1].text)

    async def settled(self) -> Reply | None:
        """Call the purchase off, wait, or ask what to change, where the turn says so; None where it doesn't."""
        text, awaiting = self._box.state["turns"][-1].text, self._box.state["awaiting"]
        if not self._box.state["cart"]:
            return None
        said = consent(text) if awaiting == EMPTYING else None
        if said:
            return await self._emptied() if said == "yes" else await self._back()
        waits = corrections.waits(text) or (awaiting == CONFIRMATION and hesitation(text, awaiting))
        if corrections.cancels(text) or waits:
            return self._ask_to_empty() if corrections.cancels(text) else await self._back("order_waiting")
        if consent(text) == "no" and awaiting in {CART, CHANGING, *STEPS}:
            return await self._back() if awaiting == CART else self._what_to_change()
        return await self._checkout.corrected(text)

    async def tapped(self, choice: str) -> Used[CartFacts] | Reply:
        """Empty the cart or show it."""
        if choice == EMPTY:
            return await self._emptied()
        return await self._box.use(show_cart, Nothing())

    async def changed(self) -> Used[CartFacts] | None:
        """Swap products, take out all but some, or set how many there are; None where the turn says none of it."""
        if not self._box.state["cart"]:
            return None
        if kept := corrections.kept(self._text):
            return await self._all_but(kept)
        beside = self._box.state["awaiting"] not in {CART, CHANGING, CONFIRMATION}
        count = corrections.new_quantity if beside else corrections.bare_count
        if many := count(self._text):
            last = self._last()
            return await self._box.use(set_quantity, SetQuantity(sku=last.sku, quantity=many)) if last else None
        if pair := corrections.swapped(self._text):
            return await self._swapped(*pair)
        return await self._rather() if changes(self._text) and not beside else None

    async def too_many(self) -> Reply | None:
        """Say how many of a product can be ordered here, to somebody who wants hundreds; a person helps with more."""
        many, rules = corrections.bulk(self._text), self._phrasing.tenant.shop
        if many is None or rules is None or many <= rules.most_of_one:
            return None
        named = named_products(self._phrasing, self._text)
        if not named:
            return None
        name = self._phrasing.name(named[0]) if len(named) == 1 else self._phrasing.say("cart_each")
        said = self._phrasing.say("cart_bulk", count=rules.most_of_one, name=name)
        return Reply(said, choices=self._phrasing.offer_person())

    def dropped(self) -> Reply:
        """Say that what was asked about isn't put in."""
        cart, said = self._box.state["cart"], self._phrasing.say("cart_wish_dropped")
        if not cart:
            return Reply(said, choices=self._phrasing.offers(("product_search", "choice_products")))
        words = cart_words(self._phrasing, cart)
        return Reply(f"{said}\n\n{words}", choices=self._cart_choices(), awaiting=CART)

    async def _back(self, key: str = "cart_kept") -> Reply:
        """Go on with what was asked, after some words."""
        said = self._phrasing.say(key)
        if self._checkout.begun:
            asked = await self._checkout.go_on()
            return Reply(f"{said} {asked.text}", asked.sources, asked.choices, asked.awaiting)
        return Reply(said, choices=self._cart_choices(), awaiting=CART)

    def _ask_to_empty(self) -> Reply:
        called = self._phrasing.called
        items = ", ".join(f"{line.quantity} × {called(line.sku, line.name)}" for line in self._box.state["cart"])
        offered = [
            Choice(EMPTY, self._phrasing.say("choice_empty")),
            Choice("cart:show", self._phrasing.say("choice_keep")),
        ]
        return Reply(self._phrasing.say("cart_ask_empty", items=items), choices=offered, awaiting=EMPTYING)

    async def _emptied(self) -> Reply:
        await self._box.use(empty_cart, Nothing())
        slots = {key: value for key, value in self._box.state["slots"].items() if key not in FORM}
        self._box.change({"slots": slots, "proposal": None})
        offered = self._phrasing.offers(("product_search", "choice_products"))
        return Reply(self._phrasing.say("cart_emptied"), choices=offered)

    def _what_to_change(self) -> Reply:
        offered = [
            Choice("cart:show", self._phrasing.say("choice_cart")),
            Choice("checkout:start", self._phrasing.say("choice_resume")),
            Choice(EMPTY, self._phrasing.say("choice_empty")),
        ]
        awaiting = self._box.state["awaiting"]
        return Reply(self._phrasing.say("order_what_change"), choices=offered, awaiting=awaiting)

    def _cart_choices(self) -> list[Choice]:
        return [Choice("checkout:start", self._phrasing.say("choice_checkout"))]

    async def _all_but(self, kept: str) -> Used[CartFacts] | None:
        cart = self._box.state["cart"]
        stays = {product.sku for product in named_products(self._phrasing, kept)}
        out = [line for line in cart if line.sku not in stays]
        if len(out) == len(cart):
            return await self._box.use(show_cart, Nothing())
        used: Used[CartFacts] | None = None
        for line in out:
            used = await self._box.use(set_quantity, SetQuantity(sku=line.sku, quantity=0))
        return used or await self._box.use(show_cart, Nothing())

    async def _swapped(self, old: str, new: str) -> Used[CartFacts] | None:
        cart = self._box.state["cart"]
        out = {product.sku for product in named_products(self._phrasing, old)}
        lines = [line for line in cart if line.sku in out] or (cart if len(cart) == 1 else [])
        return await self._put_for(lines[0], new) if len(lines) == 1 else None

    async def _rather(self) -> Used[CartFacts] | None:
        """Take another of the same kind: "better the blue one"."""
        last = self._last()
        return await self._put_for(last, self._text) if last else None

    async def _put_for(self, line: CartLine, text: str) -> Used[CartFacts] | None:
        found = [one for one in self._meant(line, text) if one.sku != line.sku]
        if len(found) != 1 or any(other.sku == found[0].sku for other in self._box.state["cart"]):
            return None
        put = await self._box.use(add_to_cart, AddToCart(items=[Item(sku=found[0].sku, quantity=line.quantity)]))
        if any(other.sku == found[0].sku for other in self._box.state["cart"]):
            self._box.change({"slots": {**self._box.state["slots"], "products": found[0].sku, "listed": ""}})
            return await self._box.use(set_quantity, SetQuantity(sku=line.sku, quantity=0))
        return put

    def _meant(self, line: CartLine, text: str) -> list[Product]:
        old = [product for product in self._phrasing.tenant.products if product.sku == line.sku]
        named = narrowed(self._phrasing, named_products(self._phrasing, text), old, text)
        kind = {product.category for product in old}
        return [product for product in named if product.category in kind] or named

    def pointed_at(self) -> CartLine | None:
        """Return the line that words without a name mean: by its place, or the one that was put in last."""
        cart, place = self._box.state["cart"], place_in_list(self._text)
        if place is not None:
            return cart[place] if -1 <= place < len(cart) else None
        return self._last() if takes_it_out(self._text) else None

    def _last(self) -> CartLine | None:
        """Return the line of what was put in last, or the only one."""
        cart = self._box.state["cart"]
        shown = {product.sku for product in remembered(self._phrasing, self._box.state["slots"])}
        lines = [line for line in cart if line.sku in shown] if len(cart) > 1 else cart
        return lines[0] if len(lines) == 1 else None
