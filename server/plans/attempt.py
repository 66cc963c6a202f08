"""One attempt at a part of a run: from a message that begins or resumes it until it ends or halts."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Final, cast

import structlog

from graphs.plan import build_plan
from nodes.plans.board import failure_of, over_of
from nodes.plans.ending import Ended
from nodes.plans.execution import Execution, facts_of
from nodes.plans.ports import PlanPorts
from nodes.ports import Effects
from server.clock import now_ms
from server.dialogue import config_of, fence_of
from server.lease import Lease
from server.plans.deadlines import due_at, is_late
from server.plans.journal import RunJournal
from server.plans.runner import PlanRunner
from server.recorder import Recorder
from state.errors import StaleFenceError
from state.events import Event, TurnStatus, encode
from state.mailbox import Claimed, Ending
from state.plan import Plan
from state.plan_events import PlanCancelled, PlanCompleted, PlanEvent, PlanFailed, PlanPaused
from state.plan_run import PlanRun, RunId, counts
from state.session import FinishedTurn
from state.stored_run import StoredRun
from state.stores.ending import end
from state.turn import Turn, plain_text

log = structlog.get_logger()

_TOO_OFTEN: Final = "too_many_attempts"
_CANCELLED: Final = "Somebody cancelled it."
_LOOK_S: Final = 1.0
"""How often a run that is being paused looks whether it is to be cancelled instead."""


class PlanAttempt:
    """Runs a plan while the lease is watched; what people want of it reaches it within a second."""

    def __init__(
        self, claimed: Claimed, lease: Lease, runner: PlanRunner, recorder: Recorder, *, effects: Effects
    ) -> None:
        self._claimed = claimed
        self._message = claimed.messages[0]
        self._id = RunId(self._message.session_id)
        self._lease = lease
        self._runner = runner
        self._recorder = recorder
        self._effects = effects
        self._journal = RunJournal(runner.runs, self._id, claimed.fence)
        self._began = perf_counter()
        self._ended: Ended | None = None
        self._execution: Execution | None = None
        self._status = "failed"

    async def run(self, within_s: float, *, go_on: bool) -> Ending:  # noqa: ARG002 # a run has its plan's own deadline
        """Run the plan; return what the end of this part of it writes.

        Raises:
            StaleFenceError: the run is another worker's by now.
        """
        running = asyncio.create_task(self._run())
        watching = asyncio.create_task(self._lease.watch())
        pausing = False
        try:
            while not running.done():
                await asyncio.wait(
                    [running, watching], timeout=_LOOK_S if pausing else None, return_when=asyncio.FIRST_COMPLETED
                )
                if watching.done() and not running.done():
                    if watching.result() == "lost":
                        raise StaleFenceError("unknown: the lease ran out")
                    self._lease.go_on()
                    watching = asyncio.create_task(self._lease.watch())
                    pausing = True
                if pausing:
                    await self._heed()
            return replace(running.result(), go_on=go_on)
        finally:
            await end(watching)
            await end(running)
            await self._journal.close()

    async def put_aside(self) -> Ending:
        """End a run that was begun too often, with all its tasks: it fails, and can be replayed."""
        stored = await self._runner.runs.get(self._id)
        ended = Ended("failed", "Its workers died too often while it ran.", _TOO_OFTEN)
        if stored is None:
            return self._ending("failed", [])
        now, left = now_ms(), [task for task in stored.tasks.values() if not task.over]
        run = stored.run if stored.run.over else replace(stored.run, **facts_of(ended, now))  # type: ignore[arg-type] # its own fields
        cut = [over_of(task, "cancelled", ended.reason or "", _TOO_OFTEN, now) for task in left]
        await self._journal.keep(cut, run)
        tasks = {**stored.tasks, **{one.name: one for one in cut}}
        return self._told(StoredRun(run, tasks), ended, [failure_of(one) for one in cut])

    def log_end(self, *, committed: bool) -> None:
        """Write the one canonical line of this part of the run."""
        log.info(
            "run.halted" if committed else "run.superseded",
            run=self._id,
            tenant=self._message.tenant_id,
            attempt=self._claimed.attempt,
            status=self._status,
            error=self._ended.code if self._ended else None,
            ms=round((perf_counter() - self._began) * 1000, 3),
        )

    async def _run(self) -> Ending:
        stored = await self._runner.runs.get(self._id)
        if stored is None:
            return self._ending("failed", [])
        if stored.run.over:  # its end was written by a worker that died before it could say so, or said it long ago
            return await self._over_before(stored)
        if stored.wish and stored.wish.what == "pause" and not is_late(stored.run, now_ms()):
            return await self._close(stored.run, stored, Ended("paused"))
        if self._claimed.attempt > 1:
            await self._runner.saver.araise_fence(self._message.session_id, fence_of(self._claimed))
        plan = Plan.model_validate(stored.run.plan)
        execution = self._execution = Execution(plan, stored.run, stored.tasks, self._ports(stored.run))
        saver = self._runner.saver if any(step.approval for step in plan.steps) else None  # it keeps interrupts
        graph = build_plan(execution, saver, self._set_ended)
        execution.begin(self._claimed.attempt)
        if stored.wish and stored.wish.what == "cancel":
            execution.cancel(stored.wish.reason or _CANCELLED)
        try:
            await graph.ainvoke("", config_of(self._claimed), durability="exit" if saver else None)
        finally:
            execution.close()
        return await self._close(execution.run, StoredRun(execution.run, execution.tasks), cast("Ended", self._ended))

    def _set_ended(self, ended: Ended) -> None:
        self._ended = ended

    async def _heed(self) -> None:
        wish = await self._runner.runs.wish(self._id)
        if wish is None or self._execution is None:
            return
        if wish.what == "cancel":
            self._execution.cancel(wish.reason or _CANCELLED)
        else:
            self._execution.pause()

    async def _close(self, run: PlanRun, stored: StoredRun, ended: Ended) -> Ending:
        self._ended = ended
        run = replace(run, **facts_of(ended, now_ms()))  # type: ignore[arg-type] # its own fields
        if run.status == "paused" and not (run.pauses and run.pauses[-1][1] is None):
            run = replace(run, pauses=(*run.pauses, (now_ms(), None)))
        if not run.over and (at := due_at(run)) is not None:
            await self._runner.deadlines.keep(run.id, at)
        await asyncio.gather(self._journal.keep(run=run), self._recorder.finish())
        return self._told(StoredRun(run, stored.tasks), ended)

    async def _over_before(self, stored: StoredRun) -> Ending:
        run = stored.run
        self._ended = Ended(run.status, run.reason, run.error, run.output)
        if self._claimed.attempt == 1:  # nothing died: the message came after the end
            self._status = run.status
            return self._ending(_turn_status(run), [])
        return self._told(stored, self._ended)

    def _told(self, stored: StoredRun, ended: Ended, before: Sequence[PlanEvent] = ()) -> Ending:
        self._status = stored.run.status
        return self._ending(_turn_status(stored.run), [*before, _last_event(stored, ended)])

    def _ending(self, status: TurnStatus, events: list[PlanEvent]) -> Ending:
        message = self._message
        turn = Turn(message.turn_id, message.id, message.at, message.parts, plain_text(message.parts), "")
        finished = FinishedTurn(message.tenant_id, message.session_id, message.channel, status, now_ms(), turn)
        rows = [encode(message.session_id, message.turn_id, now_ms(), event) for event in events]
        return Ending(finished, {"status": self._status}, rows)

    def _ports(self, run: PlanRun) -> PlanPorts:
        runner = self._runner
        return PlanPorts(
            agents=runner.agents,
            journal=self._journal,
            clock=runner.clock,
            effects=self._effects,
            tell=self._tell,
            turn=self._message.turn_id,
            chat=runner.chat,
            decider=runner.decider,
            files=runner.files(run.tenant),
            insights=runner.insights,
        )

    def _tell(self, event: Event) -> None:
        self._recorder.emit(event)


def _turn_status(run: PlanRun) -> TurnStatus:
    return cast("TurnStatus", run.status) if run.over else "completed"


def _last_event(stored: StoredRun, ended: Ended) -> PlanEvent:
    run, plan, done = stored.run, str(stored.run.plan.get("id", "")), counts(stored.tasks)
    ms = float((run.ended or now_ms()) - (run.started or run.created))
    match run.status:
        case "completed":
            return PlanCompleted(plan, ms, done, run.output)
        case "cancelled":
            return PlanCancelled(plan, ms, done, run.reason or "")
        case "failed":
            return PlanFailed(plan, ms, done, run.reason or "", run.error or "failed", ended.step)
    return PlanPaused(plan, list(ended.waits_for))
