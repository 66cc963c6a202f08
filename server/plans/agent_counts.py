"""Count agents' calls many at a time: whoever waits for a step's result doesn't wait for its figures."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from state.agent_figures import AgentCall
from state.errors import StoreUnavailableError

GATHER_S: Final = 0.1
_log: Final = structlog.get_logger()


class AgentCalls(Protocol):
    """Where calls are counted, over all processes."""

    async def called(self, calls: Sequence[AgentCall]) -> None:
        """Count calls that have ended, the earliest first."""
        ...


class AgentCounts:
    """Gathers calls for a moment. Those that the store can't take are let go: they are figures and no work."""

    def __init__(self, store: AgentCalls, gather_s: float = GATHER_S) -> None:
        self._store = store
        self._gather_s = gather_s
        self._calls: list[AgentCall] = []
        self._soon: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def count(self, call: AgentCall) -> None:
        """Count a call that has ended, soon."""
        self._calls.append(call)
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(self._gather_s, self._begin)

    async def close(self) -> None:
        """Count what has been gathered."""
        if self._soon is not None:
            self._begin()
        if self._writing:
            await asyncio.wait(self._writing)

    def _begin(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        calls, self._calls = self._calls, []
        task = asyncio.create_task(self._write(calls))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, calls: Sequence[AgentCall]) -> None:
        try:
            await self._store.called(calls)
        except StoreUnavailableError as error:
            _log.warning("agents.not_counted", calls=len(calls), reason=error.message)
