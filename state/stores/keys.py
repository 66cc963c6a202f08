r"""Redis keys. Everything of one session carries its hash tag, so that scripts also run in a Cluster.

lw:{SESSION}:meta     hash    tenant, channel, locale, created, updated, status, lane, intent, turns, handoff,
                              accepted (messages so far), events (last seq), batch (last event batch),
                              running (turn being worked on), attempt (how often it was begun)
lw:{SESSION}:inbox    list    accepted messages in order, each `TURN_ID\nJSON`
lw:{SESSION}:events   stream  id `SEQ-TAG`, field `d` = the event's JSON
lw:{SESSION}:lease    string  token of the worker that holds the session
lw:{SESSION}:finished hash    ended turns that the turn archive doesn't have yet: turn id -> `NUMBER\nJSON`
lw:{SESSION}:effects hash    what nodes did outside: TURN:NODE:ORDINAL -> state and result; see effect_begin.lua
lw:{SESSION}:seen:ID  string  `TURN_ID FINGERPRINT` of an accepted message id
lw:sessions:TENANT    zset    session by time of its last message (ms)
lw:pending            zset    session by time of its last acceptance (ms); swept for work that was left over
"""

from hashlib import blake2s
from typing import Final
from zlib import crc32

from state.ids import SessionId, TenantId

PENDING: Final = "lw:pending"


def of_session(session: SessionId, name: str) -> str:
    """Return the key `name` of a session: `meta`, `inbox`, `events`, `finished` or `lease`."""
    return f"lw:{{{session}}}:{name}"


def seen(session: SessionId, message_id: str) -> str:
    """Return the key that remembers a message id, hashed because callers choose it."""
    return of_session(session, f"seen:{blake2s(message_id.encode(), digest_size=16).hexdigest()}")


def sessions_of(tenant: TenantId) -> str:
    """Return the index of a tenant's sessions."""
    return f"lw:sessions:{tenant}"


def channel_of(session: SessionId) -> str:
    """Return the pub/sub channel on which a session's new events are announced."""
    return f"lw:{{{session}}}:live"


def cursor_tag(session: SessionId) -> int:
    """Return the number that marks a session's event ids as its own (CRC-32 of the session id)."""
    return crc32(session.encode())
