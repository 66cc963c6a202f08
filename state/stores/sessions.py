"""Sessions on Redis: their facts, and an index by tenant and last message."""

from typing import Any, cast

from redis.asyncio import Redis

from state.ids import ContactId, SessionId, TenantId
from state.session import Session
from state.stores import keys
from state.stores.faults import store_errors
from state.turn import Channel


class RedisSessions:
    """Sessions expire by themselves; the index drops what has expired when it is read."""

    def __init__(self, client: Redis, *, ttl_ms: int) -> None:
        self._client = client
        self._ttl_ms = ttl_ms

    async def create(self, session: Session) -> None:
        """Store a new session's facts; those of one that is there already stay.

        Its fencing tokens begin above those of a session of the same name that has expired.
        """
        key = keys.of_session(session.id, "meta")
        facts: dict[Any, Any] = {
            "tenant": session.tenant,
            "channel": session.channel,
            "locale": session.locale or "",
            "created": session.created,
            "updated": session.updated,
            "status": session.status,
            "turns": session.turns,
            "fence": session.created // 1000,
            "contact": session.contact or "",
            "account": session.account or "",
        }
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for name, value in facts.items():
                pipe.hsetnx(key, name, value)
            pipe.pexpire(key, self._ttl_ms)
            pipe.zadd(keys.sessions_of(session.tenant), {session.id: session.updated})
            await pipe.execute()

    async def get(self, session: SessionId) -> Session | None:
        """Return the session's facts, or None when there is no such session."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            pipe.hgetall(keys.of_session(session, "meta"))
            pipe.llen(keys.of_session(session, "inbox"))
            facts, waiting = await pipe.execute()
        return _session(session, facts, waiting) if facts else None

    async def latest(self, tenant: TenantId, limit: int) -> list[Session]:
        """Return at most `limit` sessions of a tenant, the most recently used first."""
        index = keys.sessions_of(tenant)
        with store_errors():
            names = cast("list[bytes]", await self._client.zrevrange(index, 0, limit - 1))
            found = [(name, await self.get(SessionId(name.decode()))) for name in names]
            gone = [name for name, session in found if session is None]
            if gone:
                await self._client.zrem(index, *gone)
        return [session for _, session in found if session is not None]

    async def forget(self, tenant: TenantId, before: int) -> int:
        """Drop the names of sessions without a message since a time (ms); return how many they were.

        Their facts expired by themselves, so the time must lie further back than a session lives.
        """
        with store_errors():
            return await self._client.zremrangebyscore(keys.sessions_of(tenant), "-inf", f"({before}")


def _session(session: SessionId, facts: dict[bytes, bytes], waiting: int) -> Session:
    def text(name: str) -> str | None:
        return facts.get(name.encode(), b"").decode() or None

    def number(name: str) -> int:
        return int(facts.get(name.encode(), b"0"))

    return Session(
        id=session,
        tenant=TenantId(text("tenant") or ""),
        channel=cast("Channel", text("channel") or "chat"),
        created=number("created"),
        updated=number("updated"),
        locale=text("locale"),
        lane=text("lane"),
        intent=text("intent"),
        status=text("status") or "idle",
        turns=number("turns"),
        waiting=waiting,
        events=number("events"),
        handoff=text("handoff") == "open",
        contact=ContactId(contact) if (contact := text("contact")) else None,
        account=text("account"),
    )
