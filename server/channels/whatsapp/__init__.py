"""WhatsApp by Meta's Cloud API."""

from server.channels.whatsapp.envelope import read
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

__all__ = [
    "ChannelError",
    "Echo",
    "IdentityChange",
    "IncomingMessage",
    "Item",
    "Number",
    "Other",
    "Person",
    "Preference",
    "StatusUpdate",
    "read",
]
