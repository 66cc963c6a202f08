"""The runs that conversations wait for, one hash a tenant."""

from typing import Final, cast

import orjson
from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.follow_up import FollowUp
from state.ids import TenantId
from state.plan_run import RunId
from state.stores.faults import store_errors

_KEPT_MS: Final = 7 * 24 * 3600 * 1000
_ONE: Final = TypeAdapter(FollowUp)


class RedisFollowUps:
    """`lw:follow_ups:TENANT`: run -> JSON."""

    def __init__(self, client: Redis, tenant: TenantId) -> None:
        self._client = client
        self._key = f"lw:follow_ups:{{{tenant}}}"

    async def keep(self, one: FollowUp) -> None:
        """Remember a run, or how far its session was told."""
        with store_errors():
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hset(self._key, one.run, orjson.dumps(one))
                pipe.pexpire(self._key, _KEPT_MS)
                await pipe.execute()

    async def drop(self, run: RunId) -> None:
        """Forget a run."""
        with store_errors():
            await self._client.hdel(self._key, run)

    async def all(self) -> list[FollowUp]:
        """Return every run that is waited for."""
        with store_errors():
            rows = cast("list[bytes]", await self._client.hvals(self._key))
        return [_ONE.validate_json(row) for row in rows]
