"""A run whose workers keep dying ends whole: no task of it stays at work."""

import orjson

from graphs.registry import AgentRegistry
from graphs.template_files import TemplateFolder
from server.clock import SystemClock
from server.drain import Drain
from server.plans.archiver import RunArchiver
from server.plans.runner import PlanRunner
from server.plans.verbs import Workflows
from server.worker import Limits, Worker
from state.ids import SessionId
from state.stores.checkpointer import MemorySaver
from state.stores.memory import (
    MemoryDeadLetters,
    MemoryEffects,
    MemoryEventLog,
    MemoryInbox,
    MemoryQueue,
    MemoryRuns,
    MemorySessions,
)
from tests.unit.plan_runs import RUN, TASKS
from tests.unit.test_workflows import LEASE_MS, Shelf
from tests.waiting import given


async def test_a_run_that_is_put_aside_ends_its_tasks_with_it() -> None:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    log, queue = MemoryEventLog(sessions), MemoryQueue(sessions.boxes, dead, lease_ms=LEASE_MS)
    inbox = MemoryInbox(sessions, log, queue, dead, lease_ms=LEASE_MS, capacity=9)
    runs, agents = MemoryRuns(sessions), AgentRegistry()
    runner, archiver = PlanRunner(runs, MemorySaver(), agents, SystemClock()), RunArchiver(runs, Shelf(), keep_days=1)
    worker = Worker(
        inbox, queue, log, runner, archiver,
        effects=MemoryEffects(sessions), apology="", limits=Limits(lease_ms=LEASE_MS, attempts=0),
    )  # fmt: skip
    flows = Workflows(RUN.tenant, runs, inbox, agents, TemplateFolder(agents), Drain())
    await runs.create(RUN, list(TASKS.values()), "digest")
    worker.start()

    await flows.resume(RUN.id)
    ended = await given(lambda: flows.get(RUN.id), lambda stored: stored.run.over)
    await worker.stop(5)

    assert (ended.run.status, ended.run.error) == ("failed", "too_many_attempts")
    assert all(task.over for task in ended.tasks.values())
    assert ended.tasks["extract"] == TASKS["extract"]
    assert ended.tasks["legal"].attempts[-1].error == "too_many_attempts"
    told = [orjson.loads(event.data) for event in await log.read(SessionId(RUN.id))]
    assert [one["task"] for one in told if one["type"] == "task_failed"] == ["legal", "sign", "letter"]
    assert [one["type"] for one in told if one["type"].startswith("plan_")] == ["plan_failed"]
