"""Which sessions have work: a Redis stream a partition, and what puts sessions back that nobody works on any more."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ResponseError

from state.ids import SessionId
from state.mailbox import Depths, Ready
from state.stores import keys
from state.stores.ending import end
from state.stores.faults import store_errors
from state.stores.scripts import script

_MOST_SWEPT: Final = 500
_Entries = list[tuple[bytes, dict[bytes, bytes]]]
_Streams = list[tuple[bytes, _Entries]]


@dataclass(frozen=True, slots=True)
class Names:
    """What a queue's keys are called: of the partition, then of the session."""

    ready: str = "ready"
    waiting: str = "waiting"
    due: str = "due"
    lease: str = "lease"
    work: str = "inbox"
    facts: str = "meta"


TURNS: Final = Names()
PLANS: Final = Names("plan_ready", "plan_waiting", "plan_due")
SENDS: Final = Names("out_ready", "out_waiting", "out_due", "out_lease", "outbox", "out")


class RedisQueue:
    """A consumer group over the `ready` streams; nothing is lost if an entry is: `sweep` finds the session again.

    Args:
        client: for commands.
        reader: for the blocking read; its reply timeout must be longer than the longest block. In a Cluster it needs a
            connection for each of the 16 streams, as each is read by itself.
        consumer: this process's name in the group.
        lease_ms: sessions without a sign of life for so long are looked at by the sweep.
        names: which queue it is, turns to run, runs of plans, or messages to deliver.
    """

    def __init__(self, client: Redis, reader: Redis, *, consumer: str, lease_ms: int, names: Names = TURNS) -> None:
        self._client = client
        self._reader = reader
        self._consumer = consumer
        self._lease_ms = lease_ms
        self._names = names
        self._streams = [keys.of_partition(partition, names.ready) for partition in range(keys.PARTITIONS)]
        self._wake = script(client, "wake")
        self._give_up = script(client, "give_up")
        one_slot = not isinstance(reader, RedisCluster)
        self._groups = [self._streams] if one_slot else [[stream] for stream in self._streams]
        self._reads: dict[asyncio.Task[list[Ready]], list[str]] = {}

    async def open(self) -> None:
        """Make the streams and the group where they are missing."""
        with store_errors():
            for stream in self._streams:
                try:
                    await self._client.xgroup_create(stream, keys.GROUP, id="0", mkstream=True)
                except ResponseError as error:
                    if "BUSYGROUP" not in str(error):
                        raise

    async def next(self, count: int, block_ms: int) -> list[Ready]:
        """Wait for sessions with work, at most `block_ms`; a few more than `count` may come.

        One command reads all streams, except in a Cluster, where they are on many nodes: there each has its own.
        """
        if len(self._groups) == 1:
            return await self._read(self._streams, count, block_ms)
        for streams in self._groups:
            if streams not in self._reads.values():
                self._reads[asyncio.create_task(self._read(streams, count, block_ms))] = streams
        done, _ = await asyncio.wait(self._reads, return_when=asyncio.FIRST_COMPLETED)
        for read in done:
            del self._reads[read]
        results = await asyncio.gather(*done, return_exceptions=True)
        found = [ready for result in results if not isinstance(result, BaseException) for ready in result]
        if not found:
            for result in results:
                if isinstance(result, BaseException):
                    raise result
        return found

    async def _read(self, streams: list[str], count: int, block_ms: int) -> list[Ready]:
        wanted: dict[str, str] = dict.fromkeys(streams, ">")
        with store_errors():
            try:
                found = await self._reader.xreadgroup(
                    keys.GROUP, self._consumer, cast("Any", wanted), count=count, block=block_ms
                )
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self.open()
                return []
        rows = cast("_Streams", found or [])
        return [
            Ready(SessionId(fields[b"s"].decode()), entry.decode()) for _, entries in rows for entry, fields in entries
        ]

    async def wake(self, session: SessionId, *, repair: bool = False) -> bool:
        """Queue a session whose time has come; with `repair`, also one that seems to be queued already."""
        partition = keys.partition_of(session)
        own = self._names
        names = [keys.of_session(session, name) for name in (own.lease, own.work, own.facts)]
        names += [keys.of_partition(partition, name) for name in (own.ready, own.waiting, own.due)]
        with store_errors():
            return bool(await self._wake(keys=names, args=[session, int(repair)]))

    async def sweep(self) -> list[SessionId]:
        """Queue sessions whose time came and passed, and those with work that no worker gave a sign of life for.

        What a worker read and did not take for a lease time is taken out of the queue.
        """
        woken = await self._sweep_entries()
        now = await self._now()
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for partition in range(keys.PARTITIONS):
                for name, until in ((self._names.due, now), (self._names.waiting, now - self._lease_ms)):
                    pipe.zrange(
                        keys.of_partition(partition, name), "-inf", until, byscore=True, offset=0, num=_MOST_SWEPT
                    )
            replies = cast("list[list[bytes]]", await pipe.execute())
        due = {SessionId(name.decode()) for reply in replies[::2] for name in reply}
        silent = {SessionId(name.decode()) for reply in replies[1::2] for name in reply}
        for session in sorted(due | silent):
            if await self.wake(session, repair=session in silent):
                woken.append(session)
        return woken

    async def _sweep_entries(self) -> list[SessionId]:
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for stream in self._streams:
                pipe.xautoclaim(stream, keys.GROUP, self._consumer, self._lease_ms, count=_MOST_SWEPT)
            replies = await pipe.execute(raise_on_error=False)
        found = [reply for reply in replies if not isinstance(reply, ResponseError)]  # no group after a flush, say
        return [session for reply in found for session in await self._give_back(cast("_Entries", reply[1]))]

    async def _give_back(self, entries: _Entries) -> list[SessionId]:
        """Take entries out of the queue that were read and not taken; return the sessions that are queued anew."""
        woken = []
        for entry, fields in entries:
            session = SessionId(fields[b"s"].decode())
            partition = keys.partition_of(session)
            names = [keys.of_session(session, self._names.facts), keys.of_partition(partition, self._names.ready)]
            with store_errors():
                await self._give_up(keys=names, args=[keys.GROUP, entry])
            if await self.wake(session):
                woken.append(session)
        return woken

    async def depths(self) -> Depths:
        """Return how much waits, over all partitions."""
        now = await self._now()
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for partition in range(keys.PARTITIONS):
                pipe.xlen(keys.of_partition(partition, self._names.ready))
                pipe.zcard(keys.of_partition(partition, self._names.waiting))
                pipe.zcard(keys.of_partition(partition, self._names.due))
                pipe.xlen(keys.of_partition(partition, "dead"))
                pipe.zcard(keys.of_partition(partition, "unsettled"))
                pipe.zrange(keys.of_partition(partition, self._names.waiting), 0, 0, withscores=True)
            replies = await pipe.execute()
        sums = [sum(cast("list[int]", replies[at::6])) for at in range(5)]
        oldest = [row[0][1] for row in cast("list[list[tuple[bytes, float]]]", replies[5::6]) if row]
        ready, waiting, due, dead, unsettled = sums
        age_s = max((now - min(oldest)) / 1000, 0.0) if oldest else 0.0
        return Depths(ready, waiting, due, dead, unsettled, age_s)

    async def close(self) -> None:
        """Take this process's name out of the group; what it had read and not taken is queued for others."""
        for read in list(self._reads):
            await end(read)
        for streams in self._groups:
            with store_errors():
                mine: dict[str, str] = dict.fromkeys(streams, "0")
                found = await self._client.xreadgroup(keys.GROUP, self._consumer, cast("Any", mine))
            for _, entries in cast("_Streams", found):
                await self._give_back(entries)
        with store_errors():
            pipe = self._client.pipeline(transaction=False)
            for stream in self._streams:
                pipe.xgroup_delconsumer(stream, keys.GROUP, self._consumer)
            await pipe.execute(raise_on_error=False)

    async def _now(self) -> int:
        with store_errors():
            seconds, micros = cast("Sequence[int]", await self._client.time())
        return seconds * 1000 + micros // 1000
