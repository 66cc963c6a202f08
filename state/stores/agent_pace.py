"""How fast one agent may be asked, shared by every process on the store."""

from typing import Final, cast

from redis.asyncio import Redis

from state.rate import Rate
from state.stores.faults import store_errors
from state.stores.scripts import script

_UNLIMITED: Final = [1, 1_000_000]
"""The script knows a second rate, each recipient's; agents have none."""


class RedisPace:
    """The rate of messages (send_rate.lua), for calls of an agent."""

    def __init__(self, client: Redis, rate: Rate) -> None:
        self._take = script(client, "send_rate")
        self._args: Final = [rate.every_ms, rate.burst, *_UNLIMITED]

    async def wait_s(self, agent: str) -> float:
        """Take the right to ask and return 0, or return how long to wait before asking for it again (s)."""
        start = f"lw:agent:{{{agent}}}"
        keys = [f"{start}:{name}" for name in ("rate", "pause", "pair_rate", "pair_pause", "stop")]
        with store_errors():
            wait_ms, _ = cast("list[int]", await self._take(keys=keys, args=self._args))
        return wait_ms / 1000
