"""A turn: what a customer said, in parts, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from state.ids import ContactId, MessageId, SessionId, TenantId, TurnId

Spoken = Literal["chat", "cli", "whatsapp", "api"]
"""Where people talk with us."""

Channel = Spoken | Literal["workflow"]
MediaKind = Literal["image", "audio", "voice", "video", "document", "sticker"]
MediaProblem = Literal["too_large", "refused", "unavailable"]
"""Why there is no file: it is over the limit, it is of a kind we don't take, or it could not be fetched."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text as the customer wrote it."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A customer's file as it is kept: found by its content, `mime` is what its bytes say."""

    sha256: str
    size: int
    mime: str


@dataclass(frozen=True, slots=True)
class MediaPart:
    """A file the customer sent; `ref` is the channel's id of it.

    `mime` and `filename` are what the sender says. `stored` is set once we have the file, `problem` when we could not
    have it or didn't want it, `transcript` when the words of a voice note are known.
    """

    kind: MediaKind
    ref: str
    mime: str | None = None
    caption: str | None = None
    filename: str | None = None
    stored: StoredFile | None = None
    problem: MediaProblem | None = None
    transcript: str | None = None


@dataclass(frozen=True, slots=True)
class LocationPart:
    """A place, in decimal degrees (WGS 84)."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    kind: Literal["location"] = "location"


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One shared contact."""

    name: str
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ContactsPart:
    """One or more shared contacts."""

    contacts: list[ContactCard]
    kind: Literal["contacts"] = "contacts"


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """A choice from an interactive message we sent: a button, a list row, or a template's quick reply.

    `id` is the choice's id as we named it (`payload` for a template button), `title` what the customer saw.
    """

    kind: Literal["button_reply", "list_reply", "button"]
    id: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class FlowReplyPart:
    """A filled-in form; `answers` is the form's own JSON text, unparsed because it is the customer's."""

    answers: str
    name: str | None = None
    kind: Literal["flow_reply"] = "flow_reply"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a cart sent by the customer; `price_minor` in the currency's minor unit.

    `priced` is false when the channel gave no price that can be read: `price_minor` is 0 then and means nothing.
    """

    sku: str
    quantity: int
    price_minor: int
    currency: str
    priced: bool = True


@dataclass(frozen=True, slots=True)
class OrderPart:
    """A cart sent from a catalogue."""

    lines: list[OrderLine]
    note: str | None = None
    kind: Literal["order"] = "order"


@dataclass(frozen=True, slots=True)
class ReactionPart:
    """An emoji on an earlier message; an empty `emoji` takes the reaction back.

    `turn` is the turn that said what it is on, where the message is ours and that is known.
    """

    emoji: str
    message_id: str
    kind: Literal["reaction"] = "reaction"
    turn: TurnId | None = None


@dataclass(frozen=True, slots=True)
class SystemPart:
    """Something the channel says about the customer: a changed number, a first contact."""

    event: str
    text: str | None = None
    kind: Literal["system"] = "system"


@dataclass(frozen=True, slots=True)
class ReferralPart:
    """What led the customer to write: an ad, a post, or a product they ask about.

    `source` is the channel's name for it (`ad`, `post`, `product`), `ref` its id there; a product's is its SKU.
    """

    source: str
    ref: str | None = None
    headline: str | None = None
    body: str | None = None
    url: str | None = None
    kind: Literal["referral"] = "referral"


@dataclass(frozen=True, slots=True)
class ChangePart:
    """An earlier message was changed: after `edit` the other parts stand in its place, `revoke` took it back."""

    kind: Literal["edit", "revoke"]
    message_id: str


@dataclass(frozen=True, slots=True)
class DeskPart:
    """What the shop's people do in a conversation that was handed over; never from the customer.

    `reply` says `text` to the customer, `give_back` returns the conversation to the assistant, with a last word if
    there is one, `time_out` says that nobody came. `case` is the handoff's number, `operator` who it was.
    """

    act: Literal["reply", "give_back", "time_out"]
    case: str
    text: str = ""
    operator: str = ""
    kind: Literal["desk"] = "desk"


@dataclass(frozen=True, slots=True)
class UnsupportedPart:
    """Something the channel delivered that we can't read; `what` is its name there."""

    what: str
    kind: Literal["unsupported"] = "unsupported"


CustomerPart = (
    TextPart
    | MediaPart
    | LocationPart
    | ContactsPart
    | ReplyPart
    | FlowReplyPart
    | OrderPart
    | ReactionPart
    | SystemPart
    | ReferralPart
    | ChangePart
    | UnsupportedPart
)
"""What a customer can send."""

Part = CustomerPart | DeskPart


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One accepted message, before it is a turn.

    `id` is the channel's own message id or the caller's idempotency key, by which repeats are known. `at` is
    milliseconds since 1970 UTC. `reply_to` is the id of the message it quotes. `origin` is the turn that was put aside,
    when this is a dead letter that is answered anew: what that turn did outside is not done again. `account` is which
    of our numbers it came to, as the channel names it.
    """

    id: MessageId
    turn_id: TurnId
    session_id: SessionId
    tenant_id: TenantId
    channel: Channel
    parts: list[Part]
    at: int
    user_id: ContactId | None = None
    locale: str | None = None
    reply_to: str | None = None
    origin: TurnId | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange: the customer's parts and, once composed, our reply.

    `text` is the parts as one line of plain text, for routing and search. `locale` is the language the customer
    used in this turn. `reply` is empty until the turn is composed.
    """

    id: TurnId
    message_id: MessageId
    at: int
    parts: list[Part]
    text: str
    locale: str
    lane: str | None = None
    intent: str | None = None
    reply: str = ""


def merged(messages: Sequence[InboundMessage]) -> InboundMessage:
    """Return the messages of one turn as one: the first with the parts of all, and the last's quote and language."""
    first, last = messages[0], messages[-1]
    if first is last:
        return first
    parts = [part for message in messages for part in message.parts]
    return replace(first, parts=parts, locale=last.locale or first.locale, reply_to=last.reply_to or first.reply_to)


def plain_text(parts: list[Part]) -> str:
    """Return the words in `parts`, joined by spaces; empty when there are none."""
    return " ".join(word for part in parts if (word := _words(part).strip()))


def _words(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return text
        case MediaPart(caption=caption, transcript=transcript):
            return " ".join(word for word in (caption, transcript) if word)
        case ReplyPart(title=title):
            return title
        case OrderPart(note=note):
            return note or ""
        case LocationPart(name=name, address=address):
            return " ".join(word for word in (name, address) if word)
        case _:
            return ""
