r"""Redis keys. A session belongs to one of 16 partitions by its id; whatever its scripts touch carries that hash tag.

So a script can accept a message and wake a worker in one step, and it also runs in a Cluster.

lw:{P}:SESSION:meta     hash    tenant, channel, contact, account, locale, created, updated, status, lane,
                                intent, turns, handoff,
                                accepted (messages so far), events (last seq), batch (last event batch),
                                batch:WRITER (the last one of a writer beside the turns),
                                fence (highest token), fenced (refused writes), queued (1 while in `ready`),
                                running (turn being worked on), attempt (how often it was begun), last (TOKEN:TURN of
                                the last commit), burst, burst_at, burst_due (the open burst's turn, first message
                                and end of waiting, ms), retry_at (ms), stop:TURN (why a turn is to be stopped)
lw:{P}:SESSION:inbox    list    messages in order until their turn ends, each `TURN_ID\nJSON`
lw:{P}:SESSION:events   stream  id `SEQ-TAG`, field `d` = the event's JSON
lw:{P}:SESSION:lease    string  token of the worker that holds the session
lw:{P}:SESSION:finished hash    ended turns that the turn archive doesn't have yet: turn id -> `NUMBER\nJSON`
lw:{P}:SESSION:effects  hash    what nodes did outside: TURN:NODE:ORDINAL -> state and result; see effect_begin.lua
lw:{P}:SESSION:media    hash    customers' files: a digest of the channel's id -> what is known of each, as JSON
lw:{P}:SESSION:outbox   list    ids of the messages that are not sent yet, in order
lw:{P}:SESSION:out      hash    messages to deliver and how far they got; see out_claim.lua
lw:{P}:SESSION:out_lease  string  token of the deliverer that holds the session
lw:{P}:SESSION:seen:ID  string  `TURN_ID FINGERPRINT` of an accepted message id
lw:{P}:ready            stream  sessions with work, field `s`; read by the consumer group `workers`
lw:{P}:waiting          zset    sessions with unanswered messages by time of the last sign of life (ms)
lw:{P}:due              zset    sessions to wake at a time (ms): a burst that ends, an attempt to repeat
lw:{P}:unarchived       zset    sessions with ended turns in `finished` by time of the last one (ms)
lw:{P}:out_ready, out_waiting, out_due: as `ready`, `waiting`, `due`, for messages to deliver
lw:{P}:dead             stream  turns that were put aside, field `d`
lw:{P}:unsettled        zset    sessions with effects that were begun and have no result, by time of the last (ms)
lw:{P}:SESSION:plan     hash    a run of a plan: `plan` (with its input), `run` (its facts), task:NAME, approval:NAME,
                                `wish` (what somebody wants of it), `digest` (of what it was made for)
lw:{P}:plan_ready, plan_waiting, plan_due: as `ready`, `waiting`, `due`, for runs of plans
lw:{P}:runs_ended       zset    ended runs that the archive doesn't have yet, by when (ms)
lw:runs:TENANT          zset    run by when it was made (ms)
lw:sessions:TENANT      zset    session by time of its last message (ms)
lw:wa:{N}:rate          string  WhatsApp number N: time (ms) at which its rate is unused again; `pause`: it may not send
lw:wa:{N}:C:rate        string  the same for one customer, C a hash of whom; `pause` too, and `refusals` in a row
lw:wa:{N}:media_errors  zset    refused calls for files of number N, by when (ms)
lw:breaker:{MODEL}      hash    how a model's last calls ended, or until when none is made; `probe` a string
lw:agent:{AGENT}        hash    how an agent's calls went; `recent` a list of the latest; see agent_called.lua
lw:insights:{TENANT}    stream  what agents noticed; `ids` a zset, `places` a hash: how far each subscriber has seen
lw:insights:{TENANT}:hold:SUBSCRIBER  string  which process lets a subscriber react
lw:follow_ups:{TENANT}  hash    runs that sessions wait for: run -> JSON
lw:deadlines:{TENANT}   zset    runs that wait, by when they are to have ended (ms)
lw:spend:{TENANT}:day   hash    what the tenant's model calls took this UTC day; `turn:TURN`: in a turn

The server's own clock is the only one that is compared with; what a caller's clock says is shown, never decided on.
"""

from hashlib import blake2s
from typing import Final
from zlib import crc32

from state.ids import SessionId, TenantId

PARTITIONS: Final = 16
"""Never changed: it says where everything is."""
GROUP: Final = "workers"
CONTROL: Final = "lw:control"
"""The pub/sub channel on which workers hear that a turn is to be stopped: `SESSION TURN REASON`."""


def partition_of(session: SessionId) -> int:
    """Return the partition a session belongs to."""
    return crc32(session.encode()) % PARTITIONS


def of_session(session: SessionId, name: str) -> str:
    """Return the key `name` of a session, as the data model above has them."""
    return f"lw:{{{partition_of(session)}}}:{session}:{name}"


def of_partition(partition: int, name: str) -> str:
    """Return the key `name` of a partition, as the data model above has them."""
    return f"lw:{{{partition}}}:{name}"


def seen(session: SessionId, message_id: str) -> str:
    """Return the key that remembers a message id, hashed because callers choose it."""
    return of_session(session, f"seen:{blake2s(message_id.encode(), digest_size=16).hexdigest()}")


def sessions_of(tenant: TenantId) -> str:
    """Return the index of a tenant's sessions."""
    return f"lw:sessions:{tenant}"


def runs_of(tenant: TenantId) -> str:
    """Return the index of a tenant's runs of plans."""
    return f"lw:runs:{tenant}"


def channel_of(session: SessionId) -> str:
    """Return the pub/sub channel on which a session's new events are announced."""
    return f"lw:{session}:live"


def cursor_tag(session: SessionId) -> int:
    """Return the number that marks a session's event ids as its own (CRC-32 of the session id)."""
    return crc32(session.encode())
