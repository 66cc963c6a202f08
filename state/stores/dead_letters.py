"""Turns that were put aside, on Redis: a stream a partition, kept for a week."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.errors import DeadLetterNotFoundError
from state.mailbox import DeadLetter
from state.stores import keys
from state.stores.faults import store_errors

_LETTER: Final = TypeAdapter(DeadLetter)
_ID: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,15}-[0-9]{1,6})")
_Entry = tuple[bytes, dict[bytes, bytes]]


def dump_letter(letter: DeadLetter) -> bytes:
    """Return a dead letter as the commit script takes it; its id is made there."""
    return _LETTER.dump_json(letter)


class RedisDeadLetters:
    """An id is `PARTITION.ENTRY`."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def latest(self, limit: int) -> list[DeadLetter]:
        """Return at most `limit` dead letters, the latest first."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for partition in range(keys.PARTITIONS):
                pipe.xrevrange(keys.of_partition(partition, "dead"), count=limit)
            replies = cast("list[list[_Entry]]", await pipe.execute())
        found = [_letter(partition, entry) for partition, rows in enumerate(replies) for entry in rows]
        return sorted(found, key=lambda letter: -letter.at)[:limit]

    async def get(self, letter: str) -> DeadLetter:
        """Return one; raises `DeadLetterNotFoundError`."""
        partition, entry = _place(letter)
        with store_errors():
            rows = await self._client.xrange(keys.of_partition(partition, "dead"), min=entry, max=entry)
        if not rows:
            raise DeadLetterNotFoundError(letter)
        return _letter(partition, cast("Sequence[_Entry]", rows)[0])

    async def drop(self, letter: str) -> bool:
        """Delete one; False when it was gone."""
        partition, entry = _place(letter)
        with store_errors():
            return bool(await self._client.xdel(keys.of_partition(partition, "dead"), entry))


def _place(letter: str) -> tuple[int, str]:
    found = _ID.fullmatch(letter)
    if found is None or int(found[1]) >= keys.PARTITIONS:
        raise DeadLetterNotFoundError(letter)
    return int(found[1]), found[2]


def _letter(partition: int, entry: _Entry) -> DeadLetter:
    place, fields = entry
    kept = _LETTER.validate_json(fields[b"d"])
    return replace(kept, id=f"{partition}.{place.decode()}")
