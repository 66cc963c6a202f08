"""What a buyer wants done: put into the cart, changed, taken out, shown, checked out."""

from dataclasses import replace
from typing import Final

from nodes.lanes.consent import CONFIRMATION, consent
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping import corrections, reading
from nodes.lanes.shopping.amending import count_first, mentions, several
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
from nodes.lanes.shopping.choosing import which_of
from nodes.lanes.shopping.corrections import head_of_order
from nodes.lanes.shopping.finding import ADD, LISTED
from nodes.lanes.shopping.products import (
    named_products,
    picked,
    pointed_at,
    with_skus,
)
from nodes.lanes.shopping.settling import Settling
from nodes.lanes.shopping.summing import total_reply
from nodes.lanes.shopping.wishing import Read, counted, puts_in, read_wish, within
from nodes.lanes.toolbox import Done, Failed, Toolbox, Used
from nodes.ports import Ports
from prompts.tenant import Product
from state.conversation import Reply
from state.turn import OrderPart, ReplyPart


class Selling:
    """The selling steps of one turn."""

    def __init__(self, box: Toolbox, ports: Ports, phrasing: Phrasing, action: str | None) -> None:
        self._box = box
        self._phrasing = phrasing
        self._action = action
        self._checkout = Checkout(box, ports, phrasing)
        self._settling = Settling(box, phrasing, self._checkout)
        self._turn = box.state["turns"][-1]
        self._slots = box.state["slots"]

    async def answer(self) -> Reply | None:
        """Do what the turn asks of cart and checkout; None when it asks nothing of them."""
        sum_up = total_reply(self._phrasing, self._turn.text, self._box.state["cart"], self._slots)
        done = await self._parts() or sum_up or await self._settling.too_many() or await self._settling.settled()
        done = done or await self._whole() or await self._meanwhile() or await self._checkout.heard()
        done = done or await self._pending()
        if done or reading.asks_about(self._turn.text):
            return done
        return await self._cart() or await self._asked()

    async def put_beside(self, text: str) -> Reply | None:
        """Put in what `text`, a part of the turn's, names and buys; None where it doesn't, or all is in the cart."""
        there = {line.sku for line in self._box.state["cart"]}
        named = {product.sku for product in named_products(self._phrasing, text)}
        if not reading.buys(text) or "?" in text or not named or named <= there:
            return None
        return await self._wanted(text)

    async def _parts(self) -> Reply | None:
        for part in self._turn.parts:
            if isinstance(part, OrderPart):
                items = [Item(sku=line.sku[:32], quantity=within(line.quantity)) for line in part.lines[:20]]
                return await self._added(items)
            if isinstance(part, ReplyPart) and part.id.startswith("cart:"):
                return await self._tapped(part.id)
        return None

    async def _tapped(self, choice: str) -> Reply:
        if choice.startswith(ADD):
            sku, _, quantity = choice.removeprefix(ADD).partition(":")
            return await self._added([Item(sku=sku[:32], quantity=within(int(quantity) if quantity.isdigit() else 1))])
        done = await self._settling.tapped(choice)
        return done if isinstance(done, Reply) else await self._told(done)

    async def _whole(self) -> Reply | None:
        """Put in what a message begins with that goes on with an address or a person: a whole order in one."""
        head = head_of_order(self._turn.text)
        read = read_wish(self._phrasing, self._box.state, head) if head else None
        if read is None or len(read.items) == 0 or read.unclear or not named_products(self._phrasing, head):
            return None
        added = (await self._added(read.items)).text.split("\n\n", maxsplit=1)[0]
        if not self._box.state["cart"]:
            return None
        asked = await self._checkout.begun_with(self._turn.text[len(head) :])
        return Reply(f"{added}\n\n{asked.text}", asked.sources, asked.choices, asked.awaiting)

    async def _meanwhile(self) -> Reply | None:
        """Note what is told of the order while "which of these?" is open, and ask it again."""
        pending, state = self._slots.get("pending"), self._box.state
        if pending is None or state["awaiting"] != LISTED or picked(self._phrasing, self._turn.text, self._slots):
            return None
        said = await self._checkout.noted_meanwhile(self._turn.text, LISTED)
        listed = with_skus(self._phrasing, self._slots.get("listed", ""))
        if not said or not listed:
            return None
        asked = self._which(listed, "cart_which", within(int(pending)))
        return replace(asked, text=f"{said}\n\n{asked.text}")

    async def _pending(self) -> Reply | None:
        """Put in what was asked about: "which of these?" - "the second one"."""
        pending = self._slots.get("pending")
        if pending is None:
            return None
        self._box.change({"slots": {key: value for key, value in self._slots.items() if key != "pending"}})
        awaited = self._box.state["awaiting"] == LISTED
        listed = with_skus(self._phrasing, self._slots.get("listed", ""))
        if awaited and (beside := await self._beside_question(listed, int(pending))):
            return beside
        if not awaited or reading.takes_out(self._turn.text) or corrections.swapped(self._turn.text):
            return None
        chosen = pointed_at(self._turn, self._phrasing) or picked(self._phrasing, self._turn.text, self._slots)
        named = named_products(self._phrasing, self._turn.text)
        chosen = chosen or [product for product in named if product in listed]
        if len(chosen) != 1:
            return None
        return await self._added([Item(sku=chosen[0].sku, quantity=within(self._so_many() or int(pending)))])

    async def _beside_question(self, listed: list[Product], pending: int) -> Reply | None:
        """Answer what doesn't say which one: the wish is dropped, is of another number, or the cart was spoken of."""
        text, cart = self._turn.text, {line.sku for line in self._box.state["cart"]}
        named = named_products(self._phrasing, text)
        if any(product.sku in cart for product in named):
            parts = reading.wanted(text)
            only = len({product.sku for product in named} - cart) == 0 and all(mentions(part, text) for part in parts)
            only = only and not (reading.takes_out(text) or reading.changes(text) or "?" in text)
            only = only and not any(product in listed for product in named)
            return self._which(listed, "cart_which", pending) if only else None
        if (
            reading.takes_out(text)
            and not several(text)
            and (reading.takes_it_out(text) or any(product in listed for product in named))
        ):
            return self._settling.dropped()
        if many_and_rest := count_first(text):
            many, rest = many_and_rest
            asked, read = Read([], listed, within(many)), read_wish(self._phrasing, self._box.state, rest)
            if read.items:
                return self._and_which(await self._added(read.items), asked)
            return self._which(listed, "cart_which", asked.quantity) if not rest else None
        return None

    def _so_many(self) -> int | None:
        """Return how many an answer to "which of these?" says: "the 28 one, two of them"; a bare number is a place."""
        text = self._turn.text
        return reading.many_in(reading.wanted(text)) if "," in text or reading.place_in_list(text) is None else None

    async def _cart(self) -> Reply | None:
        """Change a cart that has something in it, where the words say so."""
        cart, text = self._box.state["cart"], corrections.without_lead_in(self._turn.text)
        if not cart:
            return None
        if len(clauses := several(text)) > 1 and not (corrections.kept(text) or reading.empties(text)):
            return await self._each(clauses)
        if changed := await self._settling.changed():
            return await self._told(changed)
        if reading.empties(text):
            return await self._told(await self._box.use(empty_cart, Nothing()))
        if self._box.state["awaiting"] == CART and (consent(text) == "yes" or corrections.goes_on(text)):
            return await self._checkout.go_on()
        return await self._amended(text)

    async def _each(self, clauses: list[str]) -> Reply | None:
        """Do one thing after the other, and say what came of each."""
        said, last = list[str](), None
        for clause in clauses:
            done = await self._amended(clause) or await self._wanted(clause)
            if done is None:
                continue
            said += [last.text.split("\n\n", maxsplit=1)[0]] if last else []
            last = done
        return replace(last, text="\n".join([*said, last.text])) if last else None

    async def _amended(self, text: str) -> Reply | None:
        takes_out = reading.takes_out(text)
        if not takes_out and (reading.on_top(text) or not (reading.changes(text) or self._action == "cart_change")):
            return None
        return await self._changed(text, takes_out=takes_out)

    async def _changed(self, text: str, *, takes_out: bool) -> Reply | None:
        cart, parts = self._box.state["cart"], reading.wanted(counted(self._phrasing, text))
        in_it = {line.sku for line in cart}
        named = [product for part in parts for product in named_products(self._phrasing, part.text)]
        meant = [sku for sku in dict.fromkeys(product.sku for product in named) if sku in in_it]
        if not named and len(cart) == 1:
            meant = [cart[0].sku]
        many = reading.many_in(parts)
        if len(meant) == 1:
            there = next(line.quantity for line in cart if line.sku == meant[0])
            quantity = (there - many if many and many < there else 0) if takes_out else many
            if quantity is not None:
                return await self._set(meant[0], quantity)
        if takes_out:
            return await self._taken_out(meant, named)
        return await self._wanted(text) if self._action == "cart_change" or reading.adds(text) else None

    async def _taken_out(self, meant: list[str], named: list[Product]) -> Reply:
        if len(meant) > 1:
            return self._which(with_skus(self._phrasing, " ".join(meant)), "cart_which_out")
        if named:
            return await self._set(named[0].sku, 0)
        cart = self._box.state["cart"]
        if line := self._settling.pointed_at():
            return await self._set(line.sku, 0)
        return self._which(with_skus(self._phrasing, " ".join(line.sku for line in cart)), "cart_which_out")

    async def _set(self, sku: str, quantity: int) -> Reply:
        asked = SetQuantity(sku=sku, quantity=min(quantity, _MOST))
        return await self._told(await self._box.use(set_quantity, asked))

    async def _asked(self) -> Reply | None:
        match self._action:
            case "cart_show":
                return await self._told(await self._box.use(show_cart, Nothing()))
            case "checkout":
                return await self._checkout.go_on()
            case "buy":
                return await self._bought()
            case "cart_change":
                done = None if reading.takes_out(self._turn.text) else await self._wanted()
                return done or await self._unclear()
        return await self._wanted() if puts_in(self._phrasing, self._turn.text) else None

    async def _unclear(self) -> Reply:
        """Show the cart, with a word where an order waits for its yes and something of it was to be otherwise."""
        shown = await self._told(await self._box.use(show_cart, Nothing()))
        if shown.awaiting != CONFIRMATION:
            return shown
        return replace(shown, text=f"{self._phrasing.say('cart_change_unclear')}\n\n{shown.text}")

    async def _bought(self) -> Reply | None:
        text = self._turn.text
        if reading.by_price(text) and "?" in text:
            return None
        if reading.finishes(text) and self._box.state["cart"]:
            return await self._checkout.go_on()
        asks = reading.asks(text) and not corrections.requests(text)
        if not asks and (done := await self._wanted()):
            return done
        if asks and named_products(self._phrasing, text):
            return None
        if self._box.state["cart"]:
            return await self._told(await self._box.use(show_cart, Nothing()))
        return Reply(self._phrasing.say("how_to_order"), choices=self._phrasing.offers(_PRODUCTS), awaiting="product")

    async def _wanted(self, text: str = "") -> Reply | None:
        """Put in what the message names; ask which, where it names several."""
        read = read_wish(self._phrasing, self._box.state, corrections.without_request(text or self._turn.text))
        if read.items:
            reply = await self._added(read.items)
            return self._and_which(reply, read) if read.unclear else reply
        return self._which(read.unclear, "cart_which", read.quantity) if read.unclear else None

    async def _added(self, items: list[Item]) -> Reply:
        reply = await self._told(await self._box.use(add_to_cart, AddToCart(items=items)))
        skus = " ".join(item.sku for item in items)
        self._box.change({"slots": {**self._box.state["slots"], "products": skus, "listed": ""}})
        return reply

    def _and_which(self, reply: Reply, read: Read) -> Reply:
        asked = self._which(read.unclear, "cart_which", read.quantity)
        return Reply(f"{reply.text}\n\n{asked.text}", asked.sources, asked.choices, asked.awaiting)

    def _which(self, products: list[Product], key: str, quantity: int = 1) -> Reply:
        return which_of(self._box, self._phrasing, products, key, quantity)

    async def _told(self, used: Used[CartFacts]) -> Reply:
        """Return what a cart's tool says, and what comes next where the customer is checking out."""
        if isinstance(used, Failed):
            raise used.error
        if not isinstance(used, Done) or used.reply is None:
            return Reply(self._phrasing.unknown(), choices=self._phrasing.offer_person())
        if not self._checkout.begun or not self._box.state["cart"]:
            return used.reply
        following = await self._checkout.go_on()
        said = used.reply.text
        if following.awaiting == CONFIRMATION:
            said = said.removesuffix(cart_words(self._phrasing, self._box.state["cart"])).strip()
        text = f"{said}\n\n{following.text}".strip()
        return Reply(text, used.reply.sources, following.choices, following.awaiting)


_MOST: Final = 99
_PRODUCTS: Final = ("product_search", "choice_products")
