"""What a webhook document of WhatsApp's Cloud API tells, one item a fact.

Times are milliseconds since 1970 UTC, None where none can be read. `raw` is the element as it came. Every item has `id`
and `type` as WhatsApp names them, None or empty where it does not, and `sender`, the surest id of whoever it is from.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from state.turn import Part


@dataclass(frozen=True, slots=True)
class Number:
    """The business number a document is about: its id, the number as shown, and the WhatsApp Business account."""

    id: str | None
    display: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who a customer is: `phone` (`wa_id`), the business-scoped id, and that of the parent portfolio.

    Any may be missing; a customer with a username often has no phone.
    """

    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    name: str | None = None
    username: str | None = None

    @property
    def known(self) -> bool:
        """Whether there is an id to answer to."""
        return self.surest is not None

    @property
    def surest(self) -> str | None:
        """The phone number, else the business-scoped id, else the parent portfolio's."""
        return self.phone or self.user_id or self.parent_user_id


@dataclass(frozen=True, slots=True)
class ChannelError:
    """An error as WhatsApp words it."""

    code: int | None
    title: str | None
    details: str | None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message of a customer; `id` and one of its `person`'s ids are always there.

    `own_phone` is the number the customer shared as their own when asked for it.
    """

    number: Number
    id: str
    person: Person
    at: int | None
    parts: list[Part]
    raw: dict[str, Any]
    reply_to: str | None = None
    group_id: str | None = None
    forwarded: Literal["once", "often"] | None = None
    own_phone: str | None = None
    errors: list[ChannelError] = field(default_factory=list)

    @property
    def type(self) -> str:
        """The message's type."""
        return _name(self.raw)

    @property
    def sender(self) -> str | None:
        """The customer."""
        return self.person.surest


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours; `status` as WhatsApp names it.

    `opaque` is what we sent along as `biz_opaque_callback_data`. In a group, `recipient` is the member it is about.
    """

    number: Number
    id: str
    status: str
    at: int | None
    recipient: Person
    raw: dict[str, Any]
    group_id: str | None = None
    opaque: str | None = None
    pricing: str | None = None
    errors: list[ChannelError] = field(default_factory=list)

    @property
    def type(self) -> str:
        """The status."""
        return self.status

    @property
    def sender(self) -> str | None:
        """The customer it is about."""
        return self.recipient.surest


@dataclass(frozen=True, slots=True)
class Echo:
    """A message that somebody sent from our own number by hand, in the WhatsApp Business app."""

    number: Number
    id: str
    recipient: Person
    at: int | None
    parts: list[Part]
    raw: dict[str, Any]

    @property
    def type(self) -> str:
        """The message's type."""
        return _name(self.raw)

    @property
    def sender(self) -> str | None:
        """Our own number."""
        return _text(self.raw.get("from")) or self.number.display


@dataclass(frozen=True, slots=True)
class Preference:
    """A customer stops or resumes messages of a category; `value` is `stop` or `resume`."""

    number: Number
    person: Person
    value: str
    category: str | None
    at: int | None
    raw: dict[str, Any]

    @property
    def id(self) -> str | None:
        """None: preferences have no id."""
        return None

    @property
    def type(self) -> str:
        """What it is, as the webhook's field says."""
        return "user_preferences"

    @property
    def sender(self) -> str | None:
        """The customer."""
        return self.person.surest


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A customer's ids changed; what is None in `previous` or `current` was not told."""

    number: Number
    event: str
    previous: Person
    current: Person
    at: int | None
    raw: dict[str, Any]

    @property
    def id(self) -> str | None:
        """The id of the message that told it; None where a field of its own did."""
        return _text(self.raw.get("id"))

    @property
    def type(self) -> str:
        """`system` where a message told it, else `user_id_update`."""
        return _name(self.raw) or self.event

    @property
    def sender(self) -> str | None:
        """The customer, by the id that is about to go."""
        return self.previous.surest or self.current.surest


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else: an element of the list `key` under `field`, or the smallest piece around something odd.

    `raw` is the document's text where it isn't JSON.
    """

    number: Number
    field: str
    raw: Any
    key: str | None = None

    @property
    def id(self) -> str | None:
        """Its id, if it is something that has one."""
        return _text(self.raw.get("id")) if isinstance(self.raw, dict) else None

    @property
    def type(self) -> str:
        """Its type, else the list or the field it came in."""
        named = _name(self.raw) if isinstance(self.raw, dict) else ""
        return named or self.key or self.field

    @property
    def sender(self) -> str | None:
        """Whoever it says it is from."""
        if not isinstance(self.raw, dict):
            return None
        return _text(self.raw.get("from")) or _text(self.raw.get("from_user_id"))


def _name(raw: dict[str, Any]) -> str:
    return _text(raw.get("type")) or ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


Item = IncomingMessage | StatusUpdate | Echo | Preference | IdentityChange | Other
