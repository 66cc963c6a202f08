"""What Ctrl-C does to a run that is watched where nobody can be asked."""

import asyncio
import io
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from server.commands.workflow.watching import INTERRUPTED, WAITING, Watch
from server.streams.hub import Feed
from state.events import Event, encode
from state.ids import SessionId, TenantId
from state.plan_events import PlanCancelled, PlanPaused, TaskStarted, TaskWaiting
from state.plan_run import Approval, RunId
from state.session import Session
from state.stores.memory import MemoryEventLog, MemorySessions
from tests.waiting import SOON_S, until

RUN = RunId("run_1")
SESSION = SessionId(RUN)


class Scene:
    """A run whose events the test writes; cancelled, it ends."""

    def __init__(self) -> None:
        self.sessions = MemorySessions()
        self.events = MemoryEventLog(self.sessions)
        self.feed = Feed()
        self.answers: dict[str, Approval] = {}
        self.cancelled: list[str] = []
        self.page = io.StringIO()

    async def tell(self, *events: Event) -> None:
        if SESSION not in self.sessions.facts:
            await self.sessions.create(Session(SESSION, TenantId("demo"), "workflow", created=1, updated=1))
        await self.events.append(SESSION, str(events), [encode(SESSION, None, 1, event) for event in events])
        self.feed.nudge()

    @contextmanager
    def watch(self, session: SessionId) -> Iterator[Feed]:
        yield self.feed

    async def cancel(self, run: str, reason: str) -> None:
        self.cancelled.append(run)
        await self.tell(PlanCancelled("p", 5.0, {}, reason))

    async def get(self, run: str) -> Any:
        return SimpleNamespace(run=SimpleNamespace(approvals=self.answers))

    async def seen(self) -> int:
        laneway: Any = SimpleNamespace(hub=self, service=self, workflows=self)
        async with asyncio.timeout(SOON_S):
            return await Watch(laneway, RUN, Console(file=self.page, width=120)).to_its_end()


async def test_where_nobody_can_be_asked_ctrl_c_cancels_the_run() -> None:
    scene = Scene()
    await scene.tell(TaskStarted("a", "a", "worker", "do"))
    watching = asyncio.create_task(scene.seen())
    await until(lambda: "worker.do" in scene.page.getvalue())

    os.kill(os.getpid(), signal.SIGINT)

    assert await watching == INTERRUPTED
    assert scene.cancelled == [RUN]


async def test_a_run_that_waits_for_a_person_is_left_with_what_to_type() -> None:
    scene = Scene()
    await scene.tell(TaskWaiting("ask", "ask", "Is that right?"), PlanPaused("p", ["ask"]))

    assert await scene.seen() == WAITING
    assert "laneway workflow approve run_1 ask" in scene.page.getvalue()


async def test_a_run_whose_question_was_answered_is_watched_on() -> None:
    scene = Scene()
    scene.answers["ask"] = Approval(True)
    await scene.tell(TaskWaiting("ask", "ask", "Is that right?"), PlanPaused("p", ["ask"]))
    watching = asyncio.create_task(scene.seen())
    await until(lambda: "Is that right?" in scene.page.getvalue())

    await scene.tell(PlanCancelled("p", 5.0, {}, "enough"))

    assert await watching == INTERRUPTED
    assert "approve run_1" not in scene.page.getvalue()
