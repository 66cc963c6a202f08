"""The bodies that messages of the various types carry, and the parts of a turn that they become."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Final, Literal

from babel.core import get_global
from pydantic import Field

from server.channels.whatsapp.tolerant import Maybe, Text, Tolerant, present
from state.turn import (
    ContactCard,
    FlowReplyPart,
    LocationPart,
    MediaPart,
    OrderLine,
    OrderPart,
    Part,
    ReplyPart,
    SystemPart,
    TextPart,
    UnsupportedPart,
)

MediaKind = Literal["image", "audio", "voice", "video", "document", "sticker"]
Quantity = Annotated[int, Field(ge=0, le=1_000_000)]
Price = Annotated[Decimal, Field(ge=0, le=1_000_000_000_000)]
_CARD_LINE: Final = re.compile(
    r"^(?:item\d+\.)?(FN|TEL|EMAIL)\b[^:\r\n]*:[ \t]*(?:tel:)?([^\r\n]+)", re.MULTILINE | re.IGNORECASE
)

_DIGITS: Final = get_global("currency_fractions")
"""Read with the module: the first cart must not wait for a file. The first number by currency is its digits."""


class Media(Tolerant):
    """A file, by the id under which it can be fetched for seven days."""

    id: Maybe[Text] = None
    mime_type: Maybe[Text] = None
    caption: Maybe[Text] = None
    filename: Maybe[Text] = None
    voice: Maybe[bool] = None

    def parts(self, kind: MediaKind) -> list[Part]:
        """Return the file; where its id is missing, its words are kept."""
        if self.id is None:
            return [UnsupportedPart(kind), *([TextPart(self.caption)] if self.caption else [])]
        return [
            MediaPart(
                "voice" if kind == "audio" and self.voice else kind,
                self.id,
                self.mime_type,
                self.caption,
                self.filename,
            )
        ]


class Location(Tolerant):
    """A place; a live one has neither name nor address."""

    latitude: Maybe[Annotated[float, Field(ge=-90, le=90)]] = None
    longitude: Maybe[Annotated[float, Field(ge=-180, le=180)]] = None
    name: Maybe[Text] = None
    address: Maybe[Text] = None

    def part(self) -> Part:
        """Return the place, if it says where it is."""
        if self.latitude is None or self.longitude is None:
            return UnsupportedPart("location")
        return LocationPart(self.latitude, self.longitude, self.name, self.address)


class CardName(Tolerant):
    """The name on a contact card."""

    formatted_name: Maybe[Text] = None
    first_name: Maybe[Text] = None
    last_name: Maybe[Text] = None

    def shown(self) -> str:
        """Return the name as one text, empty when there is none."""
        return self.formatted_name or " ".join(present([self.first_name, self.last_name]))


class CardPhone(Tolerant):
    """A phone number on a contact card, as written and as WhatsApp knows it."""

    phone: Maybe[Text] = None
    wa_id: Maybe[Text] = None


class CardEmail(Tolerant):
    """An address on a contact card."""

    email: Maybe[Text] = None


class Card(Tolerant):
    """A contact card; `origin` is `contact_request` when the customer shares their own number on request."""

    name: Maybe[CardName] = None
    phones: Maybe[list[Maybe[CardPhone]]] = None
    emails: Maybe[list[Maybe[CardEmail]]] = None
    vcard: Maybe[Text] = None
    origin: Maybe[Text] = None

    def card(self) -> ContactCard:
        """Return the card; what the fields don't say is taken from the vCard (RFC 6350)."""
        written = [(name.upper(), value.strip()) for name, value in _CARD_LINE.findall(self.vcard or "")]
        names = [value for name, value in written if name == "FN"]
        phones = present([one.phone or one.wa_id for one in present(self.phones)])
        emails = present([one.email for one in present(self.emails)])
        return ContactCard(
            (self.name.shown() if self.name else "") or next(iter(names), ""),
            phones or [value for name, value in written if name == "TEL"],
            emails or [value for name, value in written if name == "EMAIL"],
        )

    def own_phone(self) -> str | None:
        """Return the number that the sender shared as their own."""
        if self.origin != "contact_request":
            return None
        return next((one.wa_id or one.phone for one in present(self.phones)), None)


class Choice(Tolerant):
    """A tapped button or list row; a template's button calls its id `payload` and its title `text`."""

    id: Maybe[Text] = None
    title: Maybe[Text] = None
    description: Maybe[Text] = None
    payload: Maybe[Text] = None
    text: Maybe[Text] = None

    def part(self, kind: Literal["button_reply", "list_reply", "button"]) -> Part:
        """Return the choice; of id and title one may be missing and the other stands for it."""
        id_, title = self.id or self.payload, self.title or self.text
        if id_ is None and title is None:
            return UnsupportedPart(kind)
        return ReplyPart(kind, id_ or title or "", title or id_ or "", self.description)


class FlowReply(Tolerant):
    """A filled-in form; `response_json` should be a JSON text, and may be anything."""

    name: Maybe[Text] = None
    response_json: Any = None

    def part(self) -> Part:
        """Return the answers as the text that came, whether or not it is JSON."""
        answers = self.response_json
        if answers is None or isinstance(answers, str):
            return FlowReplyPart(answers or "", self.name)
        try:
            return FlowReplyPart(json.dumps(answers), self.name)
        except RecursionError:
            return UnsupportedPart("nfm_reply")


class CallPermission(Tolerant):
    """Whether we may call the customer: `accept` or `reject`."""

    response: Maybe[Text] = None


class Interactive(Tolerant):
    """An answer to an interactive message of ours."""

    type: Maybe[Text] = None
    button_reply: Maybe[Choice] = None
    list_reply: Maybe[Choice] = None
    nfm_reply: Maybe[FlowReply] = None
    call_permission_reply: Maybe[CallPermission] = None

    def part(self) -> Part:
        """Return what was answered."""
        if self.button_reply:
            return self.button_reply.part("button_reply")
        if self.list_reply:
            return self.list_reply.part("list_reply")
        if self.nfm_reply:
            return self.nfm_reply.part()
        if self.call_permission_reply:
            return SystemPart("call_permission_reply", self.call_permission_reply.response)
        return UnsupportedPart(self.type or "interactive")


class OrderItem(Tolerant):
    """One product of a cart."""

    product_retailer_id: Maybe[Text] = None
    quantity: Maybe[Quantity] = None
    item_price: Maybe[Price] = None
    currency: Maybe[Text] = None

    def line(self) -> OrderLine:
        """Return the line; a quantity that can't be read counts as one, a price without its currency as none."""
        quantity = 1 if self.quantity is None else self.quantity
        currency = (self.currency or "").upper()
        if self.item_price is None or not currency:
            return OrderLine(self.product_retailer_id or "", quantity, 0, currency, priced=False)
        minor = self.item_price.scaleb(_DIGITS.get(currency, _DIGITS["DEFAULT"])[0]).to_integral_value(ROUND_HALF_UP)
        return OrderLine(self.product_retailer_id or "", quantity, int(minor), currency)


class Order(Tolerant):
    """A cart."""

    text: Maybe[Text] = None
    product_items: Maybe[list[Maybe[OrderItem]]] = None

    def part(self) -> Part:
        """Return the cart; an item that can't be read stays in it as a line without price."""
        items = self.product_items
        if not items:
            return UnsupportedPart("order")
        return OrderPart([(item or OrderItem()).line() for item in items], self.text)
