"""Watch a run to its end in the terminal: live there, line by line elsewhere."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import orjson
from rich.console import Console
from rich.live import Live
from rich.markup import escape

from server.app import Laneway
from server.clock import now_ms
from server.commands.workflow.board import Board, Row
from server.streams.hub import Feed
from state.errors import LanewayError
from state.ids import SessionId
from state.plan_errors import RunStateError
from state.plan_run import RunId

FAILED: Final = 1
WAITING: Final = 3
INTERRUPTED: Final = 130
_LIVE_S: Final = 0.1
_PLAIN_S: Final = 0.5


class Watch:
    """One run on the screen. Ctrl-C asks what to do, or cancels the run where nobody can be asked; twice it ends us."""

    def __init__(self, laneway: Laneway, run: RunId, console: Console) -> None:
        self._laneway = laneway
        self._run = run
        self._console = console
        self._board = Board()
        self._seen = 0
        self._asked: set[str] = set()
        self._interrupted = False
        self._cancelling = False
        self._left = False

    async def to_its_end(self) -> int:
        """Show the run until it has ended, waits for a person who isn't here, or is left; return the exit code."""
        live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        with self._laneway.hub.watch(SessionId(self._run)) as feed, self._on_interrupt():
            if live is None:
                await self._follow(feed, None)
            else:
                with live:
                    await self._follow(feed, live)
        if self._board.outcome is None:
            return WAITING if self._board.waits else 0
        return {"completed": 0, "failed": FAILED}.get(self._board.outcome, INTERRUPTED)

    async def _follow(self, feed: Feed, live: Live | None) -> None:
        while not self._left:
            await self._catch_up(tell=live is None)
            if live:
                live.update(self._board.shown(now_ms()), refresh=True)
            if self._board.outcome:
                return
            await self._heed(live)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LIVE_S if live else _PLAIN_S):
                    await feed.next()

    async def _catch_up(self, *, tell: bool) -> None:
        for event in await self._laneway.service.events.read(SessionId(self._run), self._seen):
            self._seen = event.seq
            line = self._board.take(orjson.loads(event.data))
            if line and tell:
                self._console.print(line)

    async def _heed(self, live: Live | None) -> None:
        """Do what Ctrl-C means, and have the person at the terminal answer what a step asks."""
        if live is None:
            if self._interrupted:
                self._interrupted = False
                await self._cancel()
            elif self._board.resting and (unanswered := await self._unanswered()):
                self._console.print(self._how_to_answer(unanswered[0]))
                self._left = True
            return
        waiting = [row for row in await self._unanswered() if row.task not in self._asked]
        if not (self._interrupted or waiting):
            return
        live.stop()
        if self._interrupted:
            self._interrupted = False
            await self._ask_what_to_do()
        else:
            await self._ask_for(waiting[0])
        live.start()

    async def _unanswered(self) -> list[Row]:
        """Return the tasks that still ask a person: an answer is there before the run goes on with it."""
        if not self._board.waits:
            return []
        answered = (await self._laneway.workflows.get(self._run)).run.approvals
        return [row for row in self._board.waits if row.task not in answered]

    async def _ask_what_to_do(self) -> None:
        answer = await self._input("Cancel this run, leave it running, or go on watching? [c/l/Enter] ")
        if answer.startswith("c"):
            await self._cancel()
        elif answer.startswith("l"):
            self._left = True
            self._console.print(f"It goes on where a worker runs. Watch it: laneway workflow show {self._run}")

    async def _ask_for(self, row: Row) -> None:
        self._asked.add(row.task)
        answer = await self._input(f"{row.note}\nApprove {row.title or row.task}? [y/n, Enter to leave it] ")
        if answer[:1] in {"y", "n"}:
            approved = answer.startswith("y")
            try:
                await self._laneway.workflows.approve(self._run, row.task, approved=approved, by="cli")
            except RunStateError as error:  # somebody else was faster, or its deadline came
                self._console.print(f"{error.message} {error.hint}", markup=False)
        else:
            self._console.print(self._how_to_answer(row))
            self._left = self._board.resting

    async def _cancel(self) -> None:
        self._cancelling = True
        self._console.print("Cancelling ... (Ctrl-C again ends this at once)", style="dim")
        with suppress(LanewayError):  # it may have ended at this moment
            await self._laneway.workflows.cancel(self._run, "cancelled in the terminal")

    def _how_to_answer(self, row: Row) -> str:
        return f"[yellow]It waits for an answer:[/] laneway workflow approve {self._run} {escape(row.task)}"

    async def _input(self, question: str) -> str:
        with suppress(EOFError):
            return (await asyncio.to_thread(self._console.input, escape(question))).strip().lower()
        return ""

    @contextmanager
    def _on_interrupt(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()

        def first() -> None:
            if self._interrupted or self._cancelling:
                os._exit(INTERRUPTED)
            self._interrupted = True

        loop.add_signal_handler(signal.SIGINT, first)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
