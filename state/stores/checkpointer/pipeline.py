"""Calls of one event-loop tick go to the server together, and in the order in which they were made."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from state.errors import StoreError
from state.stores.checkpointer.failures import translated
from state.stores.checkpointer.operations import Result, Steps
from state.stores.checkpointer.script import Call, Command

AsyncClient = Redis | RedisCluster
Reply = Any
"""What redis-py makes of a reply."""


class Pipeline:
    """A first-in, first-out queue of calls in front of one asyncio client.

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
        self.one_slot = not isinstance(client, RedisCluster)

    async def arun(self, steps: Steps[Result]) -> Result:
        """Run an operation; its first calls have their place in the queue before this awaits anything."""
        try:
            calls = next(steps)
            while True:
                calls = steps.send(await self._send(calls))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # StopIteration isn't generic

    def run(self, steps: Steps[Result]) -> Result:
        """Run an operation from a thread other than the event loop's."""
        if self._loop is None or not self._loop.is_running():
            raise StoreError(
                "This saver has an asyncio client and its event loop is not running.",
                hint="Call graphs with ainvoke and astream, or give the saver a redis.Redis client.",
            )
        if _running_loop() is self._loop:
            raise StoreError(
                "A blocking call on the event loop would wait for itself.",
                hint="Use the method whose name starts with `a`.",
            )
        return asyncio.run_coroutine_threadsafe(self.arun(steps), self._loop).result()

    async def aclose(self) -> None:
        """Wait for what is queued, then close the client."""
        if self._sender is not None and self._loop is asyncio.get_running_loop():
            await self._sender
        await self._client.aclose()

    def close(self) -> None:
        """Refuse: an asyncio client closes with `aclose`."""
        raise StoreError("This saver has an asyncio client.", hint="Close it with `await saver.aclose()`.")

    async def _send(self, calls: Sequence[Call]) -> list[Reply]:
        replies = [self._enqueue(call) for call in calls]
        if len(replies) == 1:
            return [await replies[0]]
        return await asyncio.gather(*replies)

    def _enqueue(self, call: Call) -> "asyncio.Future[Reply]":
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._sender = loop, None
            self._waiting.clear()
        reply: asyncio.Future[Reply] = loop.create_future()
        self._waiting.append((call, reply))
        if self._sender is None or self._sender.done():
            self._sender = loop.create_task(self._send_all())
        return reply

    async def _send_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest))]
            try:
                replies = await self._replies([call for call, _ in batch])
            except (RedisError, RedisClusterException, OSError) as error:
                replies = [error] * len(batch)
            except BaseException as error:
                _fail([reply for _, reply in [*batch, *self._waiting]], error)
                self._waiting.clear()
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

    async def _execute(self, commands: list[Command]) -> list[Reply]:
        self.round_trips += 1
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return list(await pipe.execute(raise_on_error=False))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


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
