"""Do one task: attempts with their pauses, then the fallback's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from pydantic import JsonValue

from nodes.agents.ports import StepContext
from nodes.models.turn import TurnScope, calling_in
from nodes.plans.board import RESULT_BYTES, Asked, Board
from nodes.plans.faults import StepFailedError, failed_by, may_retry, pause_s
from nodes.plans.ports import PlanPorts
from state.errors import InvalidInputError, StaleFenceError, StoreUnavailableError
from state.events import Event, LlmEnd
from state.plan import Budget, Plan, Step
from state.plan_events import TaskRetried
from state.references import resolve

_LONGER: Final = 2
_FEWEST_RETRIES: Final = 10


class HeldError(Exception):
    """No step begins at present: the run is being paused, or waits for a person."""


class OverBudgetError(Exception):
    """The run has used up what it may use."""


@dataclass(slots=True)
class Gate:
    """Whether steps may begin; shared by all tasks of a run."""

    closed: asyncio.Event

    def check(self) -> None:
        """Raise `HeldError` when no step may begin."""
        if self.closed.is_set():
            raise HeldError

    async def sleep(self, seconds: float) -> None:
        """Wait, unless the gate closes: then raise `HeldError`."""
        try:
            await asyncio.wait_for(self.closed.wait(), seconds)
        except TimeoutError:
            return
        raise HeldError


class Doing:
    """Does the tasks of one plan within a run.

    Args:
        room: how many attempts may be under way at once.
    """

    def __init__(self, plan: Plan, board: Board, ports: PlanPorts, gate: Gate, room: asyncio.Semaphore) -> None:
        self._plan = plan
        self._board = board
        self._ports = ports
        self._gate = gate
        self._room = room

    async def do(self, name: str, step: Step, scope: Mapping[str, JsonValue]) -> None:
        """Do a task to its end, which the board then has.

        Raises:
            HeldError: the run is being held; the task is as it was before its next attempt.
            OverBudgetError: nothing may be begun any more.
        """
        asked = [Asked(step.agent or "", step.action or "", step.input)]
        if step.fallback:
            instead = step.fallback
            given = step.input if instead.input is None else instead.input
            asked.append(Asked(instead.agent, instead.action, given, fallback=True))
        failures: list[StepFailedError] = []
        for one in asked:
            try:
                result = await self._tried(name, step, one, scope)
            except StepFailedError as failed:
                failures.append(failed)
            else:
                await self._board.complete(name, result)
                return
        reason = " Its fallback: ".join(failed.reason for failed in failures)
        await self._board.end(name, "failed", reason, failures[0].code)

    async def _tried(self, name: str, step: Step, asked: Asked, scope: Mapping[str, JsonValue]) -> JsonValue:
        before = [one for one in self._board.tasks[name].attempts if one.fault and one.fallback == asked.fallback]
        attempts, timeouts = len(before), sum(one.fault == "timeout" for one in before)
        if before and not may_retry(step.retry, failed_class(before[-1].fault), attempts, timeouts):
            raise StepFailedError(
                failed_class(before[-1].fault), before[-1].error or "agent_failed", "It failed before."
            )
        while True:
            try:
                return await self._once(name, step, asked, scope, attempt=attempts + 1, timeouts=timeouts)
            except StepFailedError as failed:
                attempts += 1
                timeouts += failed.fault == "timeout"
                if not may_retry(step.retry, failed.fault, attempts, timeouts):
                    raise
                self._take_retry(failed)
                wait = 0.0 if failed.fault == "timeout" else pause_s(step.retry, attempts, self._ports.jitter())
                self._ports.tell(TaskRetried(name, step.id, attempts, failed.fault, failed.code, round(wait * 1000, 3)))
            await self._gate.sleep(wait)

    async def _once(
        self, name: str, step: Step, asked: Asked, scope: Mapping[str, JsonValue], *, attempt: int, timeouts: int
    ) -> JsonValue:
        async with self._room:
            self._gate.check()
            self._check_budget()
            self._board.begin(name, asked)
            limit_s = (step.timeout or self._ports.step_s) * _LONGER**timeouts
            try:
                result = await self._called(name, step, asked, scope, attempt=attempt, limit_s=limit_s)
            except (StaleFenceError, StoreUnavailableError):
                raise
            except Exception as error:  # the step's outer edge: whatever an agent raises is its fault
                failed = failed_by(error)
                self._board.end_attempt(name, failed)
                raise failed from error
            self._board.end_attempt(name, None)
            return result

    async def _called(
        self, name: str, step: Step, asked: Asked, scope: Mapping[str, JsonValue], *, attempt: int, limit_s: float
    ) -> JsonValue:
        given = resolve(dict(asked.input), scope)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as limit:
            context = self._context(name, step, asked, attempt)
            context = replace(context, began=lambda: limit.reschedule(loop.time() + limit_s))
            with calling_in(self._scope(name, context)):
                result = await self._ports.agents.call(asked.agent, asked.action, given, context)
        size = len(orjson.dumps(result))
        if size > RESULT_BYTES:
            raise InvalidInputError(
                f"The result has {size:,} bytes, {RESULT_BYTES:,} are kept.", hint="Return an artefact: a file."
            )
        return result

    def _context(self, name: str, step: Step, asked: Asked, attempt: int) -> StepContext:
        ports, run = self._ports, self._board.run
        own = ports.agents.action(asked.agent, asked.action).effects
        return StepContext(
            run=run.id,
            task=name,
            agent=asked.agent,
            attempt=attempt,
            tenant=run.tenant,
            locale=run.locale or "",
            effects=ports.effects,
            clock=ports.clock,
            tell=ports.tell,
            turn=ports.turn,
            config=self._plan.config.get(asked.agent, {}),
            chat=ports.chat,
            decider=ports.decider,
            files=ports.files,
            insights=ports.insights,
            may=step.effects or own,
        )

    def _scope(self, name: str, context: StepContext) -> TurnScope:
        def tell(event: Event) -> None:
            if isinstance(event, LlmEnd):
                self._board.spend(name, event.input_tokens + event.output_tokens, event.cost_usd or 0.0)
            self._ports.tell(event)

        return TurnScope(
            node=name, turn=self._ports.turn, tenant=context.tenant, effects=self._ports.effects, tell=tell
        )

    def _check_budget(self) -> None:
        run, budget = self._board.run, self._plan.budget
        used: list[tuple[float, float | None]] = [
            (run.attempts_begun, budget.steps),
            (run.tokens, budget.tokens),
            (run.cost_usd, budget.cost_usd),
        ]
        if any(most is not None and spent >= most for spent, most in used):
            raise OverBudgetError

    def _take_retry(self, failed: StepFailedError) -> None:
        run = self._board.run
        if run.retries >= retries_allowed(self._plan.budget, len(self._plan.steps)):
            raise StepFailedError(
                failed.fault, failed.code, f"{failed.reason} The run's budget for retries is used up."
            )
        self._board.change_run(retries=run.retries + 1)


def retries_allowed(budget: Budget, steps: int) -> int:
    """Return how many attempts after a first one a run may make over all its steps."""
    return max(_FEWEST_RETRIES, steps // 5) if budget.retries is None else budget.retries


def failed_class(fault: str | None) -> Any:  # noqa: ANN401 # one of FaultClass, as it was kept
    """Return a kept fault's class."""
    return fault or "agent"
