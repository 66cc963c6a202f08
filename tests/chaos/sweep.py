"""R40: what is left in a store in which nothing goes on any more. Reads keys only; see state/stores/keys.py."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis

from state.ids import SessionId
from state.stores.keys import GROUP, PARTITIONS, of_partition, of_session

SESSIONS = "lw:{*}:*:meta"
LEASES = "lw:{*}:*:lease"
WHILE_WORKING = {"running", "attempt", "burst", "burst_at", "burst_due", "retry_at"}
"""Facts of a session that are there only until its messages are answered."""


async def left_over(url: str, within_s: float = 0.0) -> list[str]:
    """Return what is wrong with a store at rest, in words; looked at again and again for as long as something is."""
    client = Redis.from_url(url, decode_responses=True)
    deadline = asyncio.get_running_loop().time() + within_s
    async with client:
        while True:
            found = [what async for what in _wrong(client)]
            if not found or asyncio.get_running_loop().time() > deadline:
                return found
            await asyncio.sleep(0.1)


async def _wrong(client: Any) -> AsyncIterator[str]:
    queued: set[str] = set()
    for partition in range(PARTITIONS):
        async for what in _queue(client, partition, queued):
            yield what
    async for key in client.scan_iter(match=LEASES, count=1000):
        yield await _lease(client, _session_of(key))
    async for key in client.scan_iter(match=SESSIONS, count=1000):
        async for what in _session(client, _session_of(key), queued):
            yield what


async def _queue(client: Any, partition: int, queued: set[str]) -> AsyncIterator[str]:
    """Give what waits in a partition, and add the sessions of which the queue knows to `queued`."""
    ready = of_partition(partition, "ready")
    entries = dict(await client.xrange(ready))
    queued |= {fields["s"] for fields in entries.values()}
    pending = await _pending(client, ready)
    for entry, fields in entries.items():
        yield f"{ready} has {fields['s']}, " + pending.pop(entry, "unread")
    for entry, held in pending.items():
        yield f"{ready} has no {entry}, {held}"
    for name in ("waiting", "due"):
        sessions = await client.zrange(of_partition(partition, name), 0, -1)
        queued |= set(sessions if name == "due" else ())
        for session in sessions:
            yield f"{session} is in {name}"


async def _pending(client: Any, ready: str) -> dict[str, str]:
    if not await client.exists(ready):
        return {}
    rows = await client.xpending_range(ready, GROUP, "-", "+", 10_000)
    return {row["message_id"]: f"read {row['time_since_delivered']} ms ago and never taken" for row in rows}


async def _lease(client: Any, session: SessionId) -> str:
    ms = await client.pttl(of_session(session, "lease"))
    runs = await client.hexists(of_session(session, "meta"), "running")
    return f"{session} is held for {ms} ms" + ("" if runs else ", and no turn of it runs")


async def _session(client: Any, session: SessionId, queued: set[str]) -> AsyncIterator[str]:
    meta = await client.hgetall(of_session(session, "meta"))
    unanswered = await client.llen(of_session(session, "inbox"))
    if unanswered or meta.get("status") == "running":
        yield f"{session} has {unanswered} unanswered messages and the status {meta.get('status')}"
        if session not in queued and not await client.exists(of_session(session, "lease")):
            yield f"{session} is no worker's and not in the queue"
    if "queued" in meta and session not in queued:
        yield f"{session} is marked as queued, and no queue has it"
    for field in meta:
        if field in WHILE_WORKING or field.startswith("stop:"):
            yield f"{session} still has {field}"


def _session_of(key: str) -> SessionId:
    return SessionId(key.split(":")[2])
