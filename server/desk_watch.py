"""Look after customers whom nobody answers: own up to them, or let another operator have them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from server.desk import Desk
from state.desk import Case
from state.errors import LanewayError
from state.stores.ending import end

log = structlog.get_logger()

EVERY_S: Final = 10.0
_AT_ONCE: Final = 50


class DeskWatch:
    """One per process; what two of them do at the same time is done once."""

    def __init__(self, desk: Desk, *, every_s: float = EVERY_S) -> None:
        self._desk = desk
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    @classmethod
    @asynccontextmanager
    async def over(cls, desk: Desk, *, looking: bool = True) -> AsyncIterator[None]:
        """Look after a desk for as long as this is entered; or leave it to others."""
        watch = cls(desk)
        if looking:
            watch.start()
        try:
            yield
        finally:
            await watch.stop()

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            await end(self._task)

    async def look(self) -> None:
        """Deal with all that is overdue now.

        A handoff that nobody claimed in time is timed out. One whose operator has left the customer's last words
        without an answer for as long as the shop allows is free for others; one that is answered isn't overdue.
        """
        for case in await self._desk.overdue("open", _AT_ONCE):
            await self._try(case)
        for case in await self._desk.overdue("claimed", _AT_ONCE):
            if case.heard > case.answered:
                await self._try(case)

    async def _try(self, case: Case) -> None:
        try:
            await (self._desk.time_out(case) if case.status == "open" else self._desk.release(case))
        except LanewayError as error:
            log.warning("desk.not_told", case=case.number, session=case.origin.session, code=error.code)
        else:
            log.info("desk.overdue", case=case.number, session=case.origin.session, status=case.status)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.look()
            except LanewayError as error:
                log.warning("desk.unavailable", code=error.code, reason=error.message)
