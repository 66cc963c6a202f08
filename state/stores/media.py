"""What is known of customers' files, on Redis: a session's files by the channel's ids, and calls that failed."""

from hashlib import blake2s
from secrets import token_hex
from typing import Final, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.ids import SessionId
from state.media import MediaFacts
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script

_FACTS: Final = TypeAdapter(MediaFacts)


class RedisMediaIndex:
    """A hash a session; it outlives the session, as the files do."""

    def __init__(self, client: Redis, *, keep_ms: int) -> None:
        self._client = client
        self._keep_ms = keep_ms

    async def get(self, session: SessionId, ref: str) -> MediaFacts | None:
        """Return what is known of a file."""
        with store_errors():
            found = cast("bytes | None", await self._client.hget(keys.of_session(session, "media"), _name(ref)))
        return _FACTS.validate_json(found) if found else None

    async def put(self, facts: MediaFacts) -> None:
        """Remember it for as long as files are kept."""
        key = keys.of_session(facts.session, "media")
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hset(key, _name(facts.ref), _FACTS.dump_json(facts))
                pipe.pexpire(key, self._keep_ms)
                await pipe.execute()


class RedisMediaErrors:
    """Calls for files that a number's API refused, over all processes."""

    def __init__(self, client: Redis) -> None:
        self._count = script(client, "media_errors")

    async def recent(self, number: str, within_ms: int) -> int:
        """Return how many there were lately."""
        return await self._called(number, within_ms, "")

    async def note(self, number: str, within_ms: int) -> int:
        """Note one and return how many there were lately."""
        return await self._called(number, within_ms, token_hex(8))

    async def _called(self, number: str, within_ms: int, name: str) -> int:
        with store_errors():
            return cast("int", await self._count(keys=[f"lw:wa:{{{number}}}:media_errors"], args=[within_ms, name]))


def _name(ref: str) -> str:
    return blake2s(ref.encode(), digest_size=16).hexdigest()
