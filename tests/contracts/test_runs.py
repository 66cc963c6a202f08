"""The task registry: runs, their tasks and what people say of them, on every store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from server.plans.ports import Runs
from server.ports import Inbox
from state.errors import StaleFenceError
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.mailbox import Arrival, Claimed
from state.plan_run import Approval, Attempt, PlanRun, RunId, TaskRecord
from state.stored_run import StoredRun, Wish
from state.stores.connection import connect_server
from state.stores.inbox import RedisInbox
from state.stores.memory import MemoryDeadLetters, MemoryEventLog, MemoryInbox, MemoryQueue, MemoryRuns, MemorySessions
from state.stores.queue import PLANS, RedisQueue
from state.stores.runs import RedisRuns
from state.turn import InboundMessage, TextPart

LEASE_MS = 60_000
TENANT = TenantId("demo")
RUN = PlanRun(RunId("run_1"), TENANT, {"id": "p", "steps": []}, {"a": [1, None]}, created=5000, title="Ábaco")
TASK = TaskRecord("a", "a", attempts=(Attempt(1, "worker", "do", 1, fault="network"),), result={"x": [1.5, None]})


@dataclass
class Registry:
    runs: Runs
    inbox: Inbox

    async def made(self, run: PlanRun = RUN) -> int:
        """Make a run, take it as a worker does, and return the fence."""
        assert await self.runs.create(run, [], "digest") == ""
        return await self.taken(run)

    async def taken(self, run: PlanRun = RUN, worker: str = "w1") -> int:
        session, turn = SessionId(run.id), TurnId(f"trn_{worker}")
        message = InboundMessage(MessageId(worker), turn, session, TENANT, "workflow", [TextPart("start")], 1)
        await self.inbox.accept(message, Arrival())
        claimed = await self.inbox.claim(session, worker)
        assert isinstance(claimed, Claimed)
        return claimed.fence

    async def found(self, run: PlanRun = RUN) -> StoredRun:
        found = await self.runs.get(run.id)
        assert found is not None
        return found


@asynccontextmanager
async def memory(_: str) -> AsyncIterator[Registry]:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    log, queue = MemoryEventLog(sessions), MemoryQueue(sessions.boxes, dead, lease_ms=LEASE_MS)
    yield Registry(MemoryRuns(sessions), MemoryInbox(sessions, log, queue, dead, lease_ms=LEASE_MS, capacity=9))


@asynccontextmanager
async def on_redis(url: str) -> AsyncIterator[Registry]:
    async with connect_server(url, retry=True) as client, connect_server(url, retry=False) as reader:
        await RedisQueue(client, reader, consumer="test", lease_ms=LEASE_MS, names=PLANS).open()
        inbox = RedisInbox(client, ttl_ms=600_000, lease_ms=LEASE_MS, capacity=9, events_kept=100, names=PLANS)
        yield Registry(RedisRuns(client), inbox)


@pytest.fixture(params=[memory, on_redis])
async def registry(request: pytest.FixtureRequest, emptied: str) -> AsyncIterator[Registry]:
    async with request.param(emptied) as made:
        yield made


async def test_a_run_is_made_once_and_a_repeat_is_told_what_the_first_was_made_for(registry: Registry) -> None:
    await registry.runs.create(RUN, [TASK], "one")

    again = await registry.runs.create(replace(RUN, title="other"), [], "two")

    assert again == "one"
    assert await registry.found() == StoredRun(RUN, {"a": TASK})


async def test_records_are_read_as_they_were_written(registry: Registry) -> None:
    fence = await registry.made()
    running = replace(RUN, status="running", started=6000, tokens=7)

    await registry.runs.put(RUN.id, fence, [TASK, replace(TASK, name="a[1]")], running)

    assert await registry.found() == StoredRun(running, {"a": TASK, "a[1]": replace(TASK, name="a[1]")})


async def test_a_worker_that_lost_its_run_writes_nothing(registry: Registry) -> None:
    fence = await registry.made()
    await registry.inbox.release(SessionId(RUN.id), "w1")
    newer = await registry.inbox.claim(SessionId(RUN.id), "w2")

    with pytest.raises(StaleFenceError):
        await registry.runs.put(RUN.id, fence, [TASK], None)

    assert isinstance(newer, Claimed)
    assert not (await registry.found()).tasks


async def test_the_first_answer_of_a_person_counts(registry: Registry) -> None:
    await registry.made()

    first = await registry.runs.answer(RUN.id, "a", Approval(True, by="Ana"))
    second = await registry.runs.answer(RUN.id, "a", Approval(False, by="Eva"))

    assert (first, second) == (True, False)
    assert (await registry.found()).run.approvals == {"a": Approval(True, by="Ana")}
    assert await registry.runs.approvals(RUN.id) == {"a": Approval(True, by="Ana")}


async def test_what_is_wanted_of_a_run_can_be_taken_back(registry: Registry) -> None:
    await registry.made()

    await registry.runs.want(RUN.id, Wish("pause", "lunch"))
    wanted = await registry.runs.wish(RUN.id)
    await registry.runs.want(RUN.id, None)

    assert wanted == Wish("pause", "lunch")
    assert await registry.runs.wish(RUN.id) is None


async def test_a_page_of_runs_goes_on_after_the_last_one_read(registry: Registry) -> None:
    for number in range(5):
        await registry.runs.create(replace(RUN, id=RunId(f"run_{number}"), created=number), [], "")

    first = await registry.runs.latest(TENANT, None, 2)
    second = await registry.runs.latest(TENANT, first[-1].id, 2)

    assert [run.id for run in (*first, *second)] == ["run_4", "run_3", "run_2", "run_1"]


async def test_an_ended_run_waits_for_the_archive(registry: Registry) -> None:
    fence = await registry.made()
    await registry.runs.put(RUN.id, fence, [], replace(RUN, status="completed", ended=9))

    before = await registry.runs.ended(10)
    await registry.runs.archived(before)

    assert before == [RUN.id]
    assert await registry.runs.ended(10) == []


async def test_a_run_that_is_not_there_is_none(registry: Registry) -> None:
    assert await registry.runs.get(RunId("run_9")) is None
    assert await registry.runs.wish(RunId("run_9")) is None
