"""How fast a number may send, and to one customer; shared by every process on the store."""

from hashlib import blake2s
from typing import Final, cast

from redis.asyncio import Redis

from state.rate import Leave, Rate, pause_s
from state.stores.faults import store_errors
from state.stores.scripts import script

_FORGOTTEN_S: Final = 60
_STOPPED_MS: Final = 7 * 24 * 3_600_000


class RedisSendRates:
    """One script a message. A command that redis-py sends twice takes twice: then a message waits for nothing."""

    def __init__(self, client: Redis, *, number: Rate, pair: Rate) -> None:
        self._client = client
        self._take = script(client, "send_rate")
        self._half_ms = number.every_ms * number.burst / 2
        self._args: Final = [number.every_ms, number.burst, pair.every_ms, pair.burst]

    async def take(self, number: str, recipient: str) -> Leave:
        """Take the right to send one message, or be told how long to wait."""
        of_number, of_pair = _keys(number, recipient)
        keys = [f"{of_number}:rate", f"{of_number}:pause", f"{of_pair}:rate", f"{of_pair}:pause", f"{of_number}:stop"]
        with store_errors():
            wait_ms, stopped = cast("list[int]", await self._take(keys=keys, args=self._args))
        return Leave(wait_ms / 1000, probe=bool(stopped))

    async def has_room(self, number: str) -> bool:
        """Tell whether half of what may go at once could go now; nothing is taken."""
        key = _keys(number, "")[0]
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.pttl(f"{key}:rate")  # how far the rate is used up
                pipe.pttl(f"{key}:pause")
                used, paused = cast("list[int]", await pipe.execute())
        return paused <= 0 and used <= self._half_ms

    async def pair_refused(self, number: str, recipient: str) -> float:
        """Send this customer nothing for 1 s, 4 s, 16 s ... and return how long; refusals long ago don't count."""
        key = _keys(number, recipient)[1]
        with store_errors():
            refusals = await self._client.incr(f"{key}:refusals")
            seconds = pause_s(refusals)
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.expire(f"{key}:refusals", int(seconds) + _FORGOTTEN_S)
                pipe.set(f"{key}:pause", 1, px=int(seconds * 1000))
                await pipe.execute()
        return seconds

    async def hold(self, number: str, seconds: float) -> None:
        """Send nothing from this number for a time; a longer one that was begun before stays."""
        key = f"{_keys(number, '')[0]}:pause"
        with store_errors():
            left = await self._client.pttl(key)
            if seconds * 1000 > left:
                await self._client.set(key, 1, px=max(1, int(seconds * 1000)))

    async def stop(self, number: str, seconds: float) -> None:
        """Open the circuit: until `resume`, one message every so many seconds, over all processes."""
        of_number = _keys(number, "")[0]
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.set(f"{of_number}:stop", int(seconds * 1000), px=_STOPPED_MS)
                pipe.set(f"{of_number}:pause", 1, px=int(seconds * 1000))
                await pipe.execute()

    async def resume(self, number: str) -> None:
        """Close the circuit: the number works again."""
        of_number = _keys(number, "")[0]
        with store_errors():
            await self._client.delete(f"{of_number}:stop", f"{of_number}:pause")


def _keys(number: str, recipient: str) -> tuple[str, str]:
    """Return the beginnings of a number's keys and of a pair's, all in one slot of a Cluster; no phone number shows."""
    digest = blake2s(recipient.encode(), digest_size=16).hexdigest()
    return f"lw:wa:{{{number}}}", f"lw:wa:{{{number}}}:{digest}"
