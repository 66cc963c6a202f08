"""What agents noticed, kept until every subscriber has seen it."""

from typing import Final, cast

import orjson
from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.ids import TenantId
from state.insight import Insight, Unseen
from state.stores.faults import store_errors
from state.stores.scripts import script

MOST: Final = 100_000
"""Insights of a tenant that are kept for a subscriber that never comes back."""
_KEPT_MS: Final = 30 * 24 * 3600 * 1000
_INSIGHT: Final = TypeAdapter(Insight)


class RedisInsights:
    """A stream a tenant, and the place that each subscriber has reached."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._publish = script(client, "insight_publish")
        self._seen = script(client, "insight_seen")

    async def publish(self, insight: Insight) -> None:
        """Keep an insight until every subscriber has seen it; the same id again changes nothing."""
        with store_errors():
            await self._publish(
                keys=_keys(insight.tenant)[:2], args=[insight.id, orjson.dumps(insight), MOST, _KEPT_MS]
            )

    async def subscribe(self, tenant: TenantId, subscriber: str) -> None:
        """Keep what is published from now on for a subscriber; one that is known goes on where it was."""
        stream, _, places = _keys(tenant)
        with store_errors():
            last = cast("list[tuple[bytes, object]]", await self._client.xrevrange(stream, count=1))
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hsetnx(places, subscriber, last[0][0] if last else b"0-0")
                pipe.pexpire(places, _KEPT_MS)
                await pipe.execute()

    async def unseen(self, tenant: TenantId, subscriber: str, limit: int = 100) -> list[Unseen]:
        """Return what a subscriber hasn't seen, in order; nothing for one that never subscribed."""
        stream, _, places = _keys(tenant)
        with store_errors():
            place = cast("bytes | None", await self._client.hget(places, subscriber))
            if place is None:
                return []
            rows = await self._client.xrange(stream, min=b"(" + place, count=limit)
        found = cast("list[tuple[bytes, dict[bytes, bytes]]]", rows)
        return [Unseen(row.decode(), _INSIGHT.validate_json(fields[b"d"])) for row, fields in found]

    async def seen(self, tenant: TenantId, subscriber: str, place: str) -> None:
        """Note that a subscriber has seen everything up to a place; an earlier one changes nothing."""
        with store_errors():
            await self._seen(keys=[_keys(tenant)[0], _keys(tenant)[2]], args=[subscriber, place, _KEPT_MS])

    async def hold(self, tenant: TenantId, subscriber: str, holder: str, ms: int) -> bool:
        """Take a subscriber's work for a time, or go on with it; False while another holder has it."""
        key = f"lw:insights:{{{tenant}}}:hold:{subscriber}"
        with store_errors():
            if await self._client.set(key, holder, nx=True, px=ms):
                return True
            if await self._client.get(key) != holder.encode():
                return False
            return bool(await self._client.pexpire(key, ms))


def _keys(tenant: TenantId) -> list[str]:
    start = f"lw:insights:{{{tenant}}}"
    return [start, f"{start}:ids", f"{start}:places"]
