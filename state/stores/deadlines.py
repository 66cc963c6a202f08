"""When runs that wait are to have ended, one sorted set a tenant."""

from typing import Final, cast

from redis.asyncio import Redis

from state.ids import TenantId
from state.plan_run import RunId
from state.stores.faults import store_errors

_KEPT_MS: Final = 30 * 24 * 3600 * 1000


class RedisDeadlines:
    """`lw:deadlines:TENANT`: run by when it is to have ended (ms since 1970 UTC)."""

    def __init__(self, client: Redis, tenant: TenantId) -> None:
        self._client = client
        self._key = f"lw:deadlines:{{{tenant}}}"

    async def keep(self, run: RunId, at: int) -> None:
        """Remember when a run is to have ended (ms)."""
        with store_errors():
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.zadd(self._key, {run: at})
                pipe.pexpire(self._key, _KEPT_MS)
                await pipe.execute()

    async def drop(self, run: RunId) -> None:
        """Forget a run."""
        with store_errors():
            await self._client.zrem(self._key, run)

    async def due(self, now: int, limit: int) -> list[RunId]:
        """Return at most `limit` runs that are to have ended by a time (ms), the earliest first."""
        with store_errors():
            found = await self._client.zrange(self._key, "-inf", now, byscore=True, offset=0, num=limit)
        return [RunId(name.decode()) for name in cast("list[bytes]", found)]
