"""Calls of one event-loop tick go to the server together, and in the order in which they were made."""

import asyncio
from collections import deque
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError, RedisError

from state.stores.checkpointer.failures import translated
from state.stores.checkpointer.script import Call

AsyncClient = Redis | RedisCluster
Reply = Any
"""What redis-py makes of a reply."""


class Pipeline:
    """A first-in, first-out queue of calls in front of one client.

    While a batch is on its way the next one gathers, so a write never overtakes an earlier one, and many sessions
    share one connection. `round_trips` counts batches.
    """

    def __init__(self, client: AsyncClient, *, largest_batch: int = 128) -> None:
        self._client = client
        self._largest = largest_batch
        self._waiting: deque[tuple[Call, asyncio.Future[Reply]]] = deque()
        self._sender: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.round_trips = 0

    async def send(self, call: Call) -> Reply:
        """Return the script's reply; raise what it or the server raised."""
        return await self.enqueue(call)

    def enqueue(self, call: Call) -> "asyncio.Future[Reply]":
        """Take a place in the queue now and return the reply's future."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._sender = loop, None
            self._waiting.clear()
        reply: asyncio.Future[Reply] = loop.create_future()
        self._waiting.append((call, reply))
        if self._sender is None or self._sender.done():
            self._sender = loop.create_task(self._send_all())
        return reply

    async def close(self) -> None:
        """Wait for what is queued, then close the client."""
        if self._sender is not None and self._loop is asyncio.get_running_loop():
            await self._sender
        await self._client.aclose()

    async def _send_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest))]
            try:
                replies = await self._replies([call for call, _ in batch])
            except (RedisError, OSError) as error:
                replies = [error] * len(batch)
            except BaseException as error:
                _fail([reply for _, reply in [*batch, *self._waiting]], error)
                raise
            for (_, reply), value in zip(batch, replies, strict=True):
                _settle(reply, value)

    async def _replies(self, calls: list[Call]) -> list[Reply]:
        replies = await self._execute([call.by_hash() for call in calls])
        unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            taught = await self._execute([calls[at].by_source() for at in unknown])
            for at, reply in zip(unknown, taught, strict=True):
                replies[at] = reply
        return replies

    async def _execute(self, commands: list[list[str | bytes | int]]) -> list[Reply]:
        self.round_trips += 1
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return list(await pipe.execute(raise_on_error=False))


def _settle(reply: "asyncio.Future[Reply]", value: Reply) -> None:
    if reply.done():
        return
    if isinstance(value, Exception):
        reply.set_exception(translated(value))
    else:
        reply.set_result(value)


def _fail(replies: "list[asyncio.Future[Reply]]", error: BaseException) -> None:
    for reply in replies:
        if reply.done():
            continue
        if isinstance(error, asyncio.CancelledError):
            reply.cancel()
        else:
            reply.set_exception(error)
