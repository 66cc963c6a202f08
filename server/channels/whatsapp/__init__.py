"""WhatsApp by Meta's Cloud API."""

from server.channels.whatsapp.items import (
    ChannelError,
    Echo,
    IdentityChange,
    IncomingMessage,
    Item,
    Number,
    Other,
    Person,
    Preference,
    StatusUpdate,
)
from server.channels.whatsapp.parser import Parsed, parse_webhook

__all__ = [
    "ChannelError",
    "Echo",
    "IdentityChange",
    "IncomingMessage",
    "Item",
    "Number",
    "Other",
    "Parsed",
    "Person",
    "Preference",
    "StatusUpdate",
    "parse_webhook",
]
