"""One element of a list in a webhook, as an item; None where it says too little to act on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from server.channels.whatsapp.circumstances import Context, Problem
from server.channels.whatsapp.items import (
    ChannelError,
    Echo,
    IdentityChange,
    IncomingMessage,
    Item,
    Number,
    Person,
    Preference,
    StatusUpdate,
)
from server.channels.whatsapp.messages import MESSAGE, ContactsMessage, Message, SystemMessage
from server.channels.whatsapp.notices import NEW_IDS, RECIPIENT, STATUS, WISH, Replaced
from server.channels.whatsapp.people import People
from server.channels.whatsapp.tolerant import milliseconds, present

_ID_CHANGES: Final = frozenset(
    {"user_changed_number", "customer_changed_number", "user_changed_user_id", "user_id_update"}
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the elements of one value share."""

    number: Number
    people: People


Reader = Callable[[dict[str, Any], Surroundings], Item | None]


def read_message(raw: dict[str, Any], around: Surroundings) -> Item | None:
    """Read one of `messages[]`; one that we sent ourselves is an echo."""
    message = MESSAGE.validate_python(raw)
    if isinstance(message, SystemMessage) and (change := _identity_change(message, raw, around)):
        return change
    if message.from_ is not None and message.from_ == around.people.ourselves:
        return _echo(message, raw, around)
    sender = around.people.sender(message)
    return _incoming(message, sender, raw, around) if message.id and sender.known else None


def _incoming(message: Message, sender: Person, raw: dict[str, Any], around: Surroundings) -> IncomingMessage:
    context = message.context
    return IncomingMessage(
        around.number,
        message.id or "",
        sender,
        milliseconds(message.timestamp),
        [*message.led_here(), *message.parts()],
        raw,
        context.id if context else None,
        message.group_id,
        _forwarded(context),
        message.own_phone() if isinstance(message, ContactsMessage) else None,
        _errors(message.errors),
    )


def _forwarded(context: Context | None) -> Literal["once", "often"] | None:
    if context is None:
        return None
    return "often" if context.frequently_forwarded else "once" if context.forwarded else None


def _identity_change(message: SystemMessage, raw: dict[str, Any], around: Surroundings) -> IdentityChange | None:
    system = message.system
    if system is None or system.type not in _ID_CHANGES or not system.current().known:
        return None
    at = milliseconds(message.timestamp)
    return IdentityChange(around.number, system.type or "", message.previous(), system.current(), at, raw)


def read_echo(raw: dict[str, Any], around: Surroundings) -> Item | None:
    """Read one of `message_echoes[]`."""
    return _echo(MESSAGE.validate_python(raw), raw, around)


def _echo(message: Message, raw: dict[str, Any], around: Surroundings) -> Echo | None:
    to = RECIPIENT.validate_python(raw)
    if message.id is None:
        return None
    recipient = Person(to.to, to.to_user_id, to.to_parent_user_id)
    return Echo(around.number, message.id, recipient, milliseconds(message.timestamp), message.parts(), raw)


def read_status(raw: dict[str, Any], around: Surroundings) -> Item | None:
    """Read one of `statuses[]`."""
    status = STATUS.validate_python(raw)
    if status.id is None or status.status is None:
        return None
    return StatusUpdate(
        around.number,
        status.id,
        status.status,
        milliseconds(status.timestamp),
        status.recipient(),
        raw,
        status.recipient_id if status.recipient_type == "group" else None,
        status.biz_opaque_callback_data,
        status.pricing.category if status.pricing else None,
        _errors(status.errors),
    )


def read_preference(raw: dict[str, Any], around: Surroundings) -> Item | None:
    """Read one of `user_preferences[]`."""
    wish = WISH.validate_python(raw)
    person = Person(wish.wa_id, wish.user_id, wish.parent_user_id)
    if wish.value is None or not person.known:
        return None
    at = milliseconds(wish.timestamp)
    return Preference(around.number, person, wish.value.lower(), wish.category, at, raw)


def read_new_ids(raw: dict[str, Any], around: Surroundings) -> Item | None:
    """Read one of `user_id_update[]`; its phone is the current one."""
    told = NEW_IDS.validate_python(raw)
    own, parent = told.user_id or Replaced(), told.parent_user_id or Replaced()
    if not (own.current or parent.current):
        return None
    previous, current = Person(None, own.previous, parent.previous), Person(told.wa_id, own.current, parent.current)
    return IdentityChange(around.number, "user_id_update", previous, current, milliseconds(told.timestamp), raw)


def _errors(problems: list[Problem | None] | None) -> list[ChannelError]:
    return [problem.error() for problem in present(problems)] if problems else []
