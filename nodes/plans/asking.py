"""The approval steps of a run that wait for a person."""

import asyncio
from collections.abc import Callable

from nodes.plans.attempts import HeldError


class Asking:
    """Who waits for an answer at present; `changed` is called when another one begins to wait."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._waiting: dict[str, asyncio.Future[None]] = {}

    @property
    def names(self) -> list[str]:
        """The tasks that wait."""
        return list(self._waiting)

    async def wait(self, name: str) -> None:
        """Wait until the task is answered; raises `HeldError` when nobody waits for that any more."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer
        self._changed()
        try:
            await asyncio.wait([answer])
        finally:
            self._waiting.pop(name, None)
        if answer.cancelled():
            raise HeldError

    def answer(self, name: str) -> None:
        """Let a task go on."""
        waiting = self._waiting.pop(name, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def let_go(self) -> None:
        """Hold all that wait."""
        for waiting in self._waiting.values():
            waiting.cancel()
