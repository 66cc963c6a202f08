"""Calls over a blocking client: one operation at a time, from any thread."""

import asyncio
from threading import Lock
from typing import Any

from redis import Redis, RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from state.stores.checkpointer.failures import translated
from state.stores.checkpointer.operations import Result, Steps
from state.stores.checkpointer.script import Call, Command

SyncClient = Redis | RedisCluster


class Direct:
    """The blocking twin of `Pipeline`. `round_trips` counts pipelines sent."""

    def __init__(self, client: SyncClient) -> None:
        self._client = client
        self._turn = Lock()
        self.round_trips = 0
        self.one_slot = not isinstance(client, RedisCluster)

    async def arun(self, steps: Steps[Result]) -> Result:
        """Run an operation in a thread."""
        return await asyncio.to_thread(self.run, steps)

    def run(self, steps: Steps[Result]) -> Result:
        """Run an operation after those that came before it."""
        with self._turn:
            try:
                calls = next(steps)
                while True:
                    calls = steps.send(self._replies(list(calls)))
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # StopIteration isn't generic
            except (RedisError, RedisClusterException, OSError) as error:
                raise translated(error) from error

    async def aclose(self) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def _replies(self, calls: list[Call]) -> list[Any]:
        replies = self._execute([call.by_hash() for call in calls])
        unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            taught = self._execute([calls[at].by_source() for at in unknown])
            for at, reply in zip(unknown, taught, strict=True):
                replies[at] = reply
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        return replies

    def _execute(self, commands: list[Command]) -> list[Any]:
        self.round_trips += 1
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return list(pipe.execute(raise_on_error=False))
