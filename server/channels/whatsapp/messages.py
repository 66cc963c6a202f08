"""A message of any type; the type decides which body is read, and what is new or odd is still a message."""

from typing import Annotated, Any, Final, cast

from pydantic import Discriminator, Field, Tag, TypeAdapter

from server.channels.whatsapp.bodies import Card, Choice, Interactive, Location, Media, MediaKind, Order
from server.channels.whatsapp.circumstances import Context, Problem, Referral
from server.channels.whatsapp.items import Person
from server.channels.whatsapp.tolerant import Maybe, Seconds, Text, Tolerant, present
from state.turn import ChangePart, ContactsPart, Part, ReactionPart, ReferralPart, SystemPart, TextPart, UnsupportedPart


class Message(Tolerant):
    """What all messages have; as it is, one of a type we don't know."""

    id: Maybe[Text] = None
    type: Maybe[Text] = None
    timestamp: Maybe[Seconds] = None
    from_: Annotated[Maybe[Text], Field(alias="from")] = None
    from_user_id: Maybe[Text] = None
    from_parent_user_id: Maybe[Text] = None
    group_id: Maybe[Text] = None
    context: Maybe[Context] = None
    referral: Maybe[Referral] = None
    errors: Maybe[list[Maybe[Problem]]] = None

    def parts(self) -> list[Part]:
        """Return what the body says."""
        return [UnsupportedPart(self.type or "untyped")]

    def led_here(self) -> list[Part]:
        """Return what led the customer to this message."""
        found: list[Part] = []
        if (one := self.referral) is not None:
            source = one.source_type or "referral"
            found.append(ReferralPart(source, one.source_id, one.headline, one.body, one.source_url))
        if self.context is not None and (product := self.context.referred_product) is not None:
            found.append(ReferralPart("product", product.product_retailer_id))
        return found


class Body(Tolerant):
    """The words of a text message."""

    body: Maybe[Text] = None


class TextMessage(Message):
    """Words."""

    text: Maybe[Body] = None

    def parts(self) -> list[Part]:
        """Return the words."""
        return [TextPart(self.text.body)] if self.text and self.text.body else super().parts()


class MediaMessage(Message):
    """A file, under the key of its type."""

    image: Maybe[Media] = None
    audio: Maybe[Media] = None
    voice: Maybe[Media] = None
    video: Maybe[Media] = None
    document: Maybe[Media] = None
    sticker: Maybe[Media] = None

    def parts(self) -> list[Part]:
        """Return the file."""
        kind = cast("MediaKind", self.type)
        return (getattr(self, kind) or Media()).parts(kind)


class LocationMessage(Message):
    """A place."""

    location: Maybe[Location] = None

    def parts(self) -> list[Part]:
        """Return the place."""
        return [self.location.part()] if self.location else super().parts()


class ContactsMessage(Message):
    """Contact cards."""

    contacts: Maybe[list[Maybe[Card]]] = None

    def parts(self) -> list[Part]:
        """Return the cards that can be read."""
        cards = [card.card() for card in present(self.contacts)]
        return [ContactsPart(cards)] if cards else super().parts()

    def own_phone(self) -> str | None:
        """Return the number that the sender shared as their own."""
        return next((phone for card in present(self.contacts) if (phone := card.own_phone())), None)


class Reaction(Tolerant):
    """A reaction; without an emoji it is taken back."""

    message_id: Maybe[Text] = None
    emoji: Maybe[Text] = None


class ReactionMessage(Message):
    """An emoji on an earlier message."""

    reaction: Maybe[Reaction] = None

    def parts(self) -> list[Part]:
        """Return the reaction, if it says to what."""
        if self.reaction is None or self.reaction.message_id is None:
            return super().parts()
        return [ReactionPart(self.reaction.emoji or "", self.reaction.message_id)]


class InteractiveMessage(Message):
    """An answer to buttons, a list, a form or another question of ours."""

    interactive: Maybe[Interactive] = None

    def parts(self) -> list[Part]:
        """Return the answer."""
        return [self.interactive.part()] if self.interactive else super().parts()


class ButtonMessage(Message):
    """A quick reply under a template."""

    button: Maybe[Choice] = None

    def parts(self) -> list[Part]:
        """Return the choice."""
        return [self.button.part("button")] if self.button else super().parts()


class OrderMessage(Message):
    """A cart."""

    order: Maybe[Order] = None

    def parts(self) -> list[Part]:
        """Return the cart."""
        return [self.order.part()] if self.order else super().parts()


class System(Tolerant):
    """What WhatsApp says about a customer; `wa_id`, once `new_wa_id`, is the new number."""

    type: Maybe[Text] = None
    body: Maybe[Text] = None
    wa_id: Maybe[Text] = None
    new_wa_id: Maybe[Text] = None
    customer: Maybe[Text] = None
    user_id: Maybe[Text] = None
    parent_user_id: Maybe[Text] = None
    previous_user_id: Maybe[Text] = None
    previous_parent_user_id: Maybe[Text] = None

    def current(self) -> Person:
        """Return the new ids."""
        return Person(self.wa_id or self.new_wa_id, self.user_id, self.parent_user_id)


class SystemMessage(Message):
    """Word about a customer, not from one."""

    system: Maybe[System] = None

    def parts(self) -> list[Part]:
        """Return the event."""
        system = self.system or System()
        return [SystemPart(system.type or "system", system.body)]

    def previous(self) -> Person:
        """Return the ids before the change, as far as they are told and differ from the new ones."""
        system, now = self.system or System(), (self.system or System()).current()
        earlier = (
            (self.from_ or system.customer, now.phone),
            (system.previous_user_id or self.from_user_id, now.user_id),
            (system.previous_parent_user_id or self.from_parent_user_id, now.parent_user_id),
        )
        return Person(*(old if old != new else None for old, new in earlier))


class Unsupported(Tolerant):
    """The type of what WhatsApp doesn't hand on."""

    type: Maybe[Text] = None


class UnsupportedMessage(Message):
    """A message that WhatsApp itself doesn't hand on, such as a poll."""

    unsupported: Maybe[Unsupported] = None

    def parts(self) -> list[Part]:
        """Return its name."""
        named = self.unsupported.type if self.unsupported else None
        return [UnsupportedPart(named)] if named else super().parts()


class WelcomeMessage(Message):
    """A customer opened the chat for the first time and has said nothing yet."""

    def parts(self) -> list[Part]:
        """Return the event."""
        return [SystemPart("request_welcome")]


class Change(Tolerant):
    """Which message was changed; for an edit, what stands there now."""

    original_message_id: Maybe[Text] = None
    message: Any = None


class EditMessage(Message):
    """An earlier message in other words."""

    edit: Maybe[Change] = None

    def parts(self) -> list[Part]:
        """Return the change, then the parts that replace the old ones; an edit within an edit isn't read."""
        change = self.edit or Change()
        changed: list[Part] = [ChangePart("edit", change.original_message_id)] if change.original_message_id else []
        readable = isinstance(change.message, dict) and kind_of(change.message) != "edit"
        return changed + (MESSAGE.validate_python(change.message).parts() if readable else super().parts())


class RevokeMessage(Message):
    """An earlier message was taken back."""

    revoke: Maybe[Change] = None

    def parts(self) -> list[Part]:
        """Return the change."""
        original = self.revoke.original_message_id if self.revoke else None
        return [ChangePart("revoke", original)] if original else super().parts()


TAGS: Final = {
    **dict.fromkeys(("image", "audio", "voice", "video", "document", "sticker"), "media"),
    **{tag: tag for tag in "text location contacts reaction interactive button order system edit revoke".split()},
    "unsupported": "unsupported",
    "unknown": "unsupported",
    "request_welcome": "welcome",
}
"""The types we read, and the model that reads each."""


def kind_of(message: dict[str, Any]) -> str:
    """Return which of the models reads a message."""
    kind = message.get("type")
    return TAGS.get(kind, "other") if isinstance(kind, str) else "other"


MESSAGE: TypeAdapter[Message] = TypeAdapter(
    Annotated[
        Annotated[TextMessage, Tag("text")]
        | Annotated[MediaMessage, Tag("media")]
        | Annotated[LocationMessage, Tag("location")]
        | Annotated[ContactsMessage, Tag("contacts")]
        | Annotated[ReactionMessage, Tag("reaction")]
        | Annotated[InteractiveMessage, Tag("interactive")]
        | Annotated[ButtonMessage, Tag("button")]
        | Annotated[OrderMessage, Tag("order")]
        | Annotated[SystemMessage, Tag("system")]
        | Annotated[UnsupportedMessage, Tag("unsupported")]
        | Annotated[WelcomeMessage, Tag("welcome")]
        | Annotated[EditMessage, Tag("edit")]
        | Annotated[RevokeMessage, Tag("revoke")]
        | Annotated[Message, Tag("other")],
        Discriminator(kind_of),
    ]
)
