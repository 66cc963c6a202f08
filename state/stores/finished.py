"""Ended turns on Redis, on their way to the archive: put there by the commit, taken away when the archive has them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis

from state.ids import SessionId
from state.session import FinishedTurn
from state.stores import keys
from state.stores.faults import store_errors
from state.stores.scripts import script

KEPT_MS: Final = 14 * 24 * 3_600_000
"""How long a turn waits for an archive that can't be reached."""

_FINISHED: Final = TypeAdapter(FinishedTurn)


def dump(finished: FinishedTurn) -> bytes:
    """Return a finished turn as the commit script takes it, which puts its number in front."""
    return _FINISHED.dump_json(finished)


class RedisFinishedTurns:
    """A turn is here from its commit until it is archived, so a killed process or a stopped database loses none."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._archived = script(client, "archived")

    async def waiting(self, sessions: Sequence[SessionId]) -> list[FinishedTurn]:
        """Return the turns of these sessions that are not archived yet."""
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for session in sessions:
                pipe.hvals(keys.of_session(session, "finished"))
            replies = cast("list[list[bytes]]", await pipe.execute())
        return [_load(kept) for rows in replies for kept in rows]

    async def archived(self, turns: Sequence[FinishedTurn]) -> None:
        """Let go of turns that the archive has."""
        with store_errors():
            for session, ids in _by_session(turns).items():
                partition = keys.partition_of(session)
                names = [keys.of_session(session, "finished"), keys.of_partition(partition, "unarchived")]
                await self._archived(keys=names, args=[session, *ids])

    async def left_over(self, older_ms: int, limit: int) -> list[SessionId]:
        """Return sessions whose last ended turn has waited for longer than `older_ms`."""
        with store_errors():
            seconds, micros = cast("Sequence[int]", await self._client.time())
            until = seconds * 1000 + micros // 1000 - older_ms
            pipe = self._client.pipeline(transaction=False)
            for partition in range(keys.PARTITIONS):
                name = keys.of_partition(partition, "unarchived")
                pipe.zrange(name, "-inf", until, byscore=True, offset=0, num=limit)
            replies = cast("list[list[bytes]]", await pipe.execute())
        return [SessionId(name.decode()) for reply in replies for name in reply][:limit]


def _load(kept: bytes) -> FinishedTurn:
    number, _, data = kept.partition(b"\n")
    return replace(_FINISHED.validate_json(data), number=int(number))


def _by_session(turns: Sequence[FinishedTurn]) -> Mapping[SessionId, list[str]]:
    found: dict[SessionId, list[str]] = {}
    for finished in turns:
        found.setdefault(finished.session, []).append(finished.turn.id)
    return found
