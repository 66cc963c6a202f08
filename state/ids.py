"""Ids are made by the server, sort by time, and are safe in keys, paths and logs."""

import re
from typing import Final, NewType

from uuid_utils import uuid7

SessionId = NewType("SessionId", str)
TurnId = NewType("TurnId", str)
MessageId = NewType("MessageId", str)
TenantId = NewType("TenantId", str)
ContactId = NewType("ContactId", str)

_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_session_id() -> SessionId:
    """Return `ses_` and 32 hexadecimal digits of a UUIDv7 (RFC 9562)."""
    return SessionId(f"ses_{uuid7().hex}")


def new_turn_id() -> TurnId:
    """Return `trn_` and 32 hexadecimal digits of a UUIDv7 (RFC 9562)."""
    return TurnId(f"trn_{uuid7().hex}")


def new_message_id() -> MessageId:
    """Return `msg_` and 32 hexadecimal digits of a UUIDv7 (RFC 9562)."""
    return MessageId(f"msg_{uuid7().hex}")


def new_contact_id() -> ContactId:
    """Return `con_` and 32 hexadecimal digits of a UUIDv7 (RFC 9562)."""
    return ContactId(f"con_{uuid7().hex}")


def is_well_formed(value: str) -> bool:
    """Tell whether `value` could be one of our ids: 1 to 64 of `A-Z a-z 0-9 _ -`."""
    return _WELL_FORMED.fullmatch(value) is not None
