"""What a channel delivered and nobody could read, kept so that a person can look at it: a stream, at most 1,000."""

import time
from collections.abc import Sequence
from typing import Any, Final, cast

import orjson
from pydantic import JsonValue
from redis.asyncio import Redis

from state.stores.faults import store_errors

KEPT_MS: Final = 30 * 24 * 3_600_000
_MOST: Final = 1000
_LONGEST: Final = 65_536
_KEY: Final = "lw:unread"


class RedisUnread:
    """An entry is `what` and its JSON; one longer than 64 KiB is kept as the beginning of its text."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def keep(self, found: Sequence[tuple[str, JsonValue]]) -> None:
        """Keep pieces, each with a name for what it seems to be."""
        if not found:
            return
        oldest = int(time.time() * 1000) - KEPT_MS
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for what, piece in found[-_MOST:]:
                    entry: dict[Any, Any] = {"what": what, "json": _packed(piece)}
                    pipe.xadd(_KEY, entry, maxlen=_MOST, approximate=True)
                pipe.xtrim(_KEY, minid=str(oldest), approximate=True)
                pipe.pexpire(_KEY, KEPT_MS)
                await pipe.execute()

    async def latest(self, limit: int) -> list[tuple[int, str, JsonValue]]:
        """Return at most `limit` pieces, the latest first: when it came (ms since 1970 UTC), its name, itself."""
        with store_errors():
            rows = cast("list[tuple[bytes, dict[bytes, bytes]]]", await self._client.xrevrange(_KEY, count=limit))
        return [(int(at.partition(b"-")[0]), row[b"what"].decode(), orjson.loads(row[b"json"])) for at, row in rows]


def _packed(piece: JsonValue) -> bytes:
    packed = orjson.dumps(piece)
    return packed if len(packed) <= _LONGEST else orjson.dumps(packed[:_LONGEST].decode("utf-8", "ignore"))
