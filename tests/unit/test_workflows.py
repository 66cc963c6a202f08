"""What can be done with runs, on in-memory stores and a real worker."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import JsonValue

from graphs.registry import AgentRegistry
from graphs.template_files import TemplateFolder
from nodes.plans.replaying import Change
from server.clock import SystemClock, now_ms
from server.drain import Drain
from server.plans.archiver import RunArchiver
from server.plans.deadlines import DeadlineWatch
from server.plans.runner import PlanRunner
from server.plans.verbs import Workflows
from server.worker import Limits, Worker
from state.errors import IdempotencyConflictError, InvalidInputError
from state.events import LoggedEvent
from state.ids import SessionId, TenantId
from state.plan_errors import PlanError, RunNotFoundError, RunStateError
from state.plan_run import RunId
from state.stored_run import StoredRun
from state.stores.checkpointer import MemorySaver
from state.stores.memory import (
    MemoryDeadLetters,
    MemoryDeadlines,
    MemoryEffects,
    MemoryEventLog,
    MemoryInbox,
    MemoryQueue,
    MemoryRuns,
    MemorySessions,
)
from tests.waiting import given
from tests.working_agents import SPECS

LEASE_MS = 60_000


class Shelf:
    """An archive in memory."""

    def __init__(self) -> None:
        self.kept: dict[RunId, StoredRun] = {}

    async def keep(self, runs: Any) -> None:
        self.kept |= {one.run.id: one for one in runs}

    async def forget(self, ended_before: int) -> int:
        return 0


@dataclass
class Office:
    flows: Workflows
    worker: Worker
    log: MemoryEventLog
    runs: MemoryRuns
    shelf: Shelf
    watch: DeadlineWatch

    async def until(self, run: RunId, *statuses: str) -> StoredRun:
        return await given(lambda: self.flows.get(run), lambda stored: stored.run.status in statuses)

    async def events(self, run: RunId) -> list[LoggedEvent]:
        return await self.log.read(SessionId(run))

    async def stop(self, run: RunId, reason: str) -> None:
        """Say on the control channel what the in-memory inbox doesn't."""
        turn = (await self.events(run))[0].turn
        self.worker.heard(f"{run} {turn} {reason}")


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    sessions, dead = MemorySessions(), MemoryDeadLetters()
    log, queue = MemoryEventLog(sessions), MemoryQueue(sessions.boxes, dead, lease_ms=LEASE_MS)
    inbox = MemoryInbox(sessions, log, queue, dead, lease_ms=LEASE_MS, capacity=9)
    runs, agents, shelf = MemoryRuns(sessions), AgentRegistry(SPECS), Shelf()
    deadlines = MemoryDeadlines()
    runner = PlanRunner(runs, MemorySaver(), agents, SystemClock(), deadlines=deadlines)
    archiver = RunArchiver(runs, shelf, keep_days=1)
    limits = Limits(lease_ms=LEASE_MS)
    worker = Worker(inbox, queue, log, runner, archiver, effects=MemoryEffects(sessions), apology="", limits=limits)
    flows = Workflows(TenantId("demo"), runs, inbox, agents, TemplateFolder(agents), Drain())
    worker.start()
    archiver.start()
    yield Office(flows, worker, log, runs, shelf, DeadlineWatch(deadlines, runs, inbox))
    await worker.stop(5)
    await archiver.stop()


def plan(*steps: dict[str, Any], **facts: Any) -> dict[str, JsonValue]:
    asked = [one if "approval" in one else {"agent": "worker", "action": "do", **one} for one in steps]
    return {"id": "p", "steps": asked, **facts}


async def test_a_run_ends_with_its_output_and_its_last_event_says_so(office: Office) -> None:
    steps = {"id": "a", "input": {"say": "${input.name}"}}, {"id": "b", "input": {"say": "${steps.a.said}!"}}
    run = await office.flows.start(plan(*steps), given={"name": "Ana"})

    ended = await office.until(run.id, "completed")

    assert ended.run.output == {"b": {"said": "Ana!", "action": "do"}}
    events = await given(lambda: office.events(run.id), lambda found: found[-1].type == "plan_completed")
    assert [event.type for event in events].count("task_completed") == 2
    await given(lambda: office.flows.latest(status="completed"), lambda found: found[0].id == run.id)


async def test_an_ended_run_goes_to_the_archive(office: Office) -> None:
    run = await office.flows.start(plan({"id": "a"}))
    await office.until(run.id, "completed")

    async def kept() -> bool:
        return run.id in office.shelf.kept

    await given(kept)
    assert office.shelf.kept[run.id].tasks["a"].status == "completed"


async def test_the_same_key_begins_one_run_and_another_plan_under_it_is_refused(office: Office) -> None:
    first = await office.flows.start(plan({"id": "a"}), key="k")
    second = await office.flows.start(plan({"id": "a"}), key="k")

    assert first.id == second.id
    with pytest.raises(IdempotencyConflictError, match="different workflow"):
        await office.flows.start(plan({"id": "b"}), key="k")


async def test_what_can_not_be_run_is_refused_before_anything_is_kept(office: Office) -> None:
    with pytest.raises(PlanError):
        await office.flows.start(plan({"id": "a", "agent": "nobody"}))
    with pytest.raises(InvalidInputError):
        await office.flows.start()
    with pytest.raises(RunNotFoundError):
        await office.flows.get("run_9")
    assert await office.flows.latest() == []


async def test_cancelling_ends_a_run_at_work_and_one_that_waits_for_a_person(office: Office) -> None:
    busy = await office.flows.start(plan({"id": "a", "input": {"s": 600}}))
    asking = await office.flows.start(plan({"id": "a", "approval": "Go on?"}))
    await given(lambda: office.events(busy.id), lambda found: any(one.type == "task_started" for one in found))
    await office.until(asking.id, "waiting")

    await office.flows.cancel(busy.id, "too dear")
    await office.stop(busy.id, "cancel")
    await office.flows.cancel(asking.id)

    assert (await office.until(busy.id, "cancelled")).tasks["a"].reason == "too dear"
    assert (await office.until(asking.id, "cancelled")).tasks["a"].status == "cancelled"
    with pytest.raises(RunStateError):
        await office.flows.cancel(busy.id)


async def test_a_paused_run_goes_on_when_it_is_resumed(office: Office) -> None:
    run = await office.flows.start(plan({"id": "a", "input": {"s": 0.2}}, {"id": "b", "dependencies": ["a"]}))
    await given(lambda: office.events(run.id), lambda found: any(one.type == "task_started" for one in found))

    await office.flows.pause(run.id)
    await office.stop(run.id, "interrupt")
    paused = await office.until(run.id, "paused")
    await office.flows.resume(run.id)
    ended = await office.until(run.id, "completed")

    assert [paused.tasks[name].status for name in "ab"] == ["completed", "ready"]
    assert [until for _, until in paused.run.pauses] == [None]
    assert [until is not None for _, until in ended.run.pauses] == [True]
    assert [len(ended.tasks[name].attempts) for name in "ab"] == [1, 1]


async def test_an_approved_step_lets_the_rest_go_on(office: Office) -> None:
    run = await office.flows.start(plan({"id": "ok", "approval": "Send?"}, {"id": "b", "dependencies": ["ok"]}))
    asked = await office.until(run.id, "waiting")

    await office.flows.approve(run.id, "ok", approved=True, by="Ana")
    ended = await office.until(run.id, "completed")

    assert asked.tasks["ok"].waits_for == "Send?"
    assert ended.tasks["ok"].result == {"approved": True, "by": "Ana", "comment": ""}
    with pytest.raises(RunStateError):
        await office.flows.approve(run.id, "b", approved=True)


@pytest.mark.parametrize("pausing", [False, True])
async def test_a_run_that_waits_for_a_person_or_is_paused_fails_at_its_deadline(
    office: Office, *, pausing: bool
) -> None:
    asking = {"id": "ok", "approval": "Send?"}, {"id": "b", "dependencies": ["ok"]}
    run = await office.flows.start(plan(*asking, deadline="1s"))
    await office.until(run.id, "waiting", "failed")
    if pausing:
        await office.flows.pause(run.id)
        await office.until(run.id, "paused", "failed")

    async def look() -> StoredRun:
        await office.watch.look()
        return await office.flows.get(run.id)

    ended = await given(look, lambda stored: stored.run.status == "failed")

    assert ended.run.error == "deadline"
    assert [ended.tasks[name].status for name in ("ok", "b")] == ["cancelled", "cancelled"]
    with pytest.raises(RunStateError):
        await office.flows.approve(run.id, "ok", approved=True)


async def test_an_answer_after_the_deadline_is_refused_before_anybody_has_ended_the_run(office: Office) -> None:
    run = await office.flows.start(plan({"id": "ok", "approval": "Send?"}, deadline="200ms"))
    stored = await office.until(run.id, "waiting", "failed")
    started = stored.run.started or 0
    await given(now, lambda at: at > started + 200)

    with pytest.raises(RunStateError):
        await office.flows.approve(run.id, "ok", approved=True)

    assert (await office.flows.get(run.id)).run.approvals == {}


async def test_the_first_answer_counts_and_one_that_contradicts_it_is_refused(office: Office) -> None:
    steps = {"id": "ok", "approval": "Send?"}, {"id": "more", "approval": "And this?"}
    run = await office.flows.start(plan(*steps))
    await given(
        lambda: office.flows.get(run.id), lambda one: len([1 for task in one.tasks.values() if task.waits_for]) == 2
    )

    for _ in range(2):
        await office.flows.approve(run.id, "ok", approved=False, by="Ana")
    with pytest.raises(RunStateError, match="refused by Ana"):
        await office.flows.approve(run.id, "ok", approved=True, by="Ben")

    assert (await office.flows.get(run.id)).run.approvals["ok"].by == "Ana"


async def now() -> int:
    return now_ms()


async def test_a_replay_takes_over_what_was_done_and_does_the_rest_with_another_input(office: Office) -> None:
    steps = (
        {"id": "a", "input": {"say": 1}},
        {"id": "b", "input": {"say": "${steps.a.said}", "fails": "as told"}},
        {"id": "c", "input": {"say": "${steps.b.said}"}},
    )
    failed = await office.flows.start(plan(*steps))
    await office.until(failed.id, "failed")

    again = await office.flows.replay(failed.id, changes={"b": Change(input={"say": "again ${steps.a.said}"})})
    ended = await office.until(again.id, "completed")

    assert (again.parent, again.replayed_from) == (failed.id, "b")
    assert ended.run.output == {"c": {"said": "again 1", "action": "do"}}
    begun = [event.data for event in await office.events(again.id) if event.type == "task_started"]
    assert len(begun) == 2
