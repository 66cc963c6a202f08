"""What a webhook document of WhatsApp's Cloud API tells, one item a fact.

Times are milliseconds since 1970 UTC, None where none can be read. `raw` is the element as it came.
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
        return bool(self.phone or self.user_id or self.parent_user_id)


@dataclass(frozen=True, slots=True)
class ChannelError:
    """An error as WhatsApp words it."""

    code: int | None
    title: str | None
    details: str | None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message of a customer; `wamid` and an id in `sender` are always there.

    `own_phone` is the number the customer shared as their own when asked for it.
    """

    number: Number
    wamid: str
    sender: Person
    at: int | None
    parts: list[Part]
    raw: dict[str, Any]
    reply_to: str | None = None
    group_id: str | None = None
    forwarded: Literal["once", "often"] | None = None
    own_phone: str | None = None
    errors: list[ChannelError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours; `status` as WhatsApp names it.

    `opaque` is what we sent along as `biz_opaque_callback_data`. In a group, `recipient` is the member it is about.
    """

    number: Number
    wamid: str
    status: str
    at: int | None
    recipient: Person
    raw: dict[str, Any]
    group_id: str | None = None
    opaque: str | None = None
    pricing: str | None = None
    errors: list[ChannelError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Echo:
    """A message that somebody sent from our own number by hand, in the WhatsApp Business app."""

    number: Number
    wamid: str
    recipient: Person
    at: int | None
    parts: list[Part]
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preference:
    """A customer stops or resumes messages of a category; `value` is `stop` or `resume`."""

    number: Number
    person: Person
    value: str
    category: str | None
    at: int | None
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A customer's ids changed; what is None in `previous` or `current` was not told."""

    number: Number
    event: str
    previous: Person
    current: Person
    at: int | None
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else: an element of the list `key` under `field`, or the smallest piece around something odd.

    `raw` is the document's text where it isn't JSON.
    """

    number: Number
    field: str
    raw: Any
    key: str | None = None


Item = IncomingMessage | StatusUpdate | Echo | Preference | IdentityChange | Other
