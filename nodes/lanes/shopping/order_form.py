"""What is known of the order that a cart will become; it is kept in the conversation's slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.cart import cart_lines, items_minor
from nodes.ports import Ports
from prompts.shop import Method, ShopRules, Way, Zone
from state.conversation import CartLine, Conversation
from state.errors import SettingsError
from state.ids import SessionId
from state.shop import Address, Buyer, NotReadyError, OrderDraft, OrderedProduct

Lacking = Literal["cart", "method", "address", "buyer", "way"]
KEPT: Final = frozenset({"name", "email", "phone"})
"""What the next order of the conversation needn't be told again."""
FORM: Final = frozenset({"method", "street", "postcode", "city", "doubted", "way", "buying", "order_key"})
"""Slots that end with the order."""


@dataclass(frozen=True, slots=True)
class OrderForm:
    """An order before it is placed."""

    rules: ShopRules
    cart: list[CartLine]
    slots: Mapping[str, str]
    known_contact: bool
    ways: list[Way]

    @classmethod
    def of(cls, state: Conversation, ports: Ports) -> Self:
        """Return the form as the conversation has filled it in; raises `SettingsError` in a shop that takes none."""
        rules = ports.tenant.shop
        if rules is None or ports.counter is None:
            raise SettingsError("This shop takes no orders here.", hint="Write its shop.yaml; docs/shop.md shows one.")
        slots = state["slots"]
        method = slots.get("method")
        links = ports.counter.payments is not None
        either = rules.zones and rules.pickup and method not in {"pickup", "delivery"}
        ways = rules.ways("pickup" if method == "pickup" else "delivery", links=links)
        if either:
            ways += [way for way in rules.ways("pickup", links=links) if way not in ways]
        return cls(rules, state["cart"], slots, state.get("user_id") is not None, ways)

    @property
    def method(self) -> Method | None:
        """How it gets to the buyer; the only way there is needs no asking."""
        if not self.rules.zones:
            return "pickup"
        if self.rules.pickup is None:
            return "delivery"
        said = self.slots.get("method")
        return "pickup" if said == "pickup" else "delivery" if said == "delivery" else None

    @property
    def zone(self) -> Zone | None:
        """Where it goes."""
        return self.rules.zone_of(self.slots.get("postcode", "")) if self.method == "delivery" else None

    @property
    def way(self) -> Way | None:
        """How it is paid."""
        said = self.slots.get("way")
        chosen = next((way for way in self.ways if way.name == said), None)
        return chosen or (self.ways[0] if len(self.ways) == 1 else None)

    @property
    def lacking(self) -> Lacking | None:
        """What has to be asked next, None when everything is known."""
        reached = self.known_contact or bool(self.slots.get("email") or self.slots.get("phone"))
        known: dict[Lacking, bool] = {
            "cart": bool(self.cart),
            "method": self.method is not None,
            "address": self.method == "pickup" or bool(self.slots.get("street") and self.zone),
            "buyer": bool(self.slots.get("name")) and reached,
            "way": self.way is not None,
        }
        return next((what for what, there in known.items() if not there), None)

    @property
    def delivery_minor(self) -> int:
        """What sending it costs."""
        return self.zone.fee(items_minor(self.cart)) if self.zone else 0

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return items_minor(self.cart) + self.delivery_minor

    def draft(self, state: Conversation, currency: str) -> OrderDraft:
        """Return the order to place; raises `NotReadyError`.

        Its key is the session's and the cart's: however often it is placed, in whichever turn, it is one order.
        """
        if (lacks := self.lacking) or self.method is None or self.way is None:
            raise NotReadyError(str(lacks))
        slots, turn = self.slots, state["turns"][-1]
        buyer = Buyer(slots["name"], slots.get("email", ""), slots.get("phone", ""), state.get("user_id"))
        return OrderDraft(
            key=f"{state['session_id']}:{slots.get('order_key', turn.id)}",
            tenant=state["tenant_id"],
            session=SessionId(state["session_id"]),
            buyer=buyer,
            locale=turn.locale,
            lines=[OrderedProduct(line.sku, line.name, line.quantity, line.price_minor) for line in self.cart],
            method=self.method,
            delivery_minor=self.delivery_minor,
            currency=currency,
            way=self.way.name,
            at=turn.at,
            zone=self.zone.name if self.zone else "",
            address=self.address,
        )

    @property
    def address(self) -> Address | None:
        """Where it goes, in the buyer's words."""
        if self.method != "delivery":
            return None
        return Address(self.slots.get("street", ""), self.slots.get("postcode", ""), self.slots.get("city", ""))

    def words(self, phrasing: Phrasing) -> str:
        """Return what the customer confirms: the lines, the delivery, the total, the address, the payment."""
        if (lacks := self.lacking) or self.way is None:
            raise NotReadyError(str(lacks))
        return phrasing.say(
            "order_confirm",
            list=cart_lines(phrasing, self.cart),
            delivery=self._delivery(phrasing),
            total=phrasing.money(self.total_minor),
            name=", ".join(filter(None, (self.slots.get(key) for key in ("name", "email", "phone")))),
            way=phrasing.local(self.way.title),
        )

    def _delivery(self, phrasing: Phrasing) -> str:
        if self.zone is None or self.address is None:
            pickup = self.rules.pickup
            place = phrasing.local(pickup.place) if pickup else ""
            return phrasing.say("order_pickup", place=place, ready=phrasing.local(pickup.ready) if pickup else "")
        fee = self.delivery_minor
        return phrasing.say(
            "order_delivery",
            address=self.address.line,
            fee=phrasing.money(fee) if fee else phrasing.say("order_free"),
            days=phrasing.local(self.zone.days),
        )
