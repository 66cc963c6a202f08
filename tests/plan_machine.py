"""Plans, drawn at random, run side by side by the engine in virtual time and by the reference model."""

import asyncio
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import JsonValue

from nodes.agents.ports import AgentError, StepContext
from tests.plan_model import Model, Try, Work
from tests.plans import Ran, VirtualTime, ran

FAULTS = st.sampled_from(["", "", "network", "network", "network", "model", "agent", "validation"])
TRIES = st.lists(st.builds(Try, st.integers(1, 4), FAULTS), min_size=1, max_size=3).map(tuple)
NUDGE = 0.001
"""Keeps what is done to a run apart from what happens in it by itself."""


RETRIED = st.one_of(st.just({"network", "timeout"}), st.sets(st.sampled_from(["network", "model", "timeout", "agent"])))


@st.composite
def works(draw: st.DrawFn, prefix: str = "", most: int = 6) -> list[Work]:
    """Return steps, each needing some of those before it."""
    names = [f"{prefix}s{n}" for n in range(draw(st.integers(1, most)))]
    return [
        Work(
            name,
            needs=tuple(draw(st.lists(st.sampled_from(names[:n]), max_size=3, unique=True)) if n else ()),
            tries=draw(TRIES),
            instead=draw(st.one_of(st.just(()), st.just(()), TRIES)),
            attempts=draw(st.sampled_from([3, 3, 1, 2])),
            retry_on=tuple(sorted(draw(RETRIED))),
            timeout=draw(st.sampled_from([1000.0, 1.25, 2.75])),
            optional=draw(st.sampled_from([False, False, True])),
            wanted=draw(st.sampled_from([True, True, True, False])),
        )
        for n, name in enumerate(names)
    ]


RARELY = st.sampled_from([False, False, True])
FALLBACKS: st.SearchStrategy[list[Work]] = st.one_of(st.just([]), works(prefix="fallback/", most=2))


def plan_of(steps: list[Work], fallback: list[Work]) -> dict[str, Any]:
    """Return the plan that a model's steps stand for."""
    plan: dict[str, Any] = {"parallel": 64, "budget": {"retries": 10_000}, "steps": [_step(one) for one in steps]}
    return plan | ({"fallback_plan": {"id": "q", **plan_of(fallback, [])}} if fallback else {})


def _step(work: Work) -> dict[str, Any]:
    step: dict[str, Any] = {
        "id": work.name.removeprefix("fallback/"),
        "dependencies": [one.removeprefix("fallback/") for one in work.needs],
        "retry": {"max_attempts": work.attempts, "retry_on": sorted(work.retry_on), "jitter": True},
        "timeout": work.timeout,
        "optional": work.optional,
        "condition": "true" if work.wanted else "1 > 2",
    }
    return step | ({"fallback": {"agent": "second", "action": "other"}} if work.instead else {})


class PlanMachine(RuleBasedStateMachine):
    """What is done to a run, at random; after each thing both say the same of every task."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTime()
        self.nudges = 0
        self.going: asyncio.Task[Any] | None = None
        self.run: Ran
        self.model: Model

    @initialize(steps=works(), fallback=FALLBACKS)
    def one_begins(self, steps: list[Work], fallback: list[Work]) -> None:
        self._start(steps, fallback)

    def _start(self, steps: list[Work], fallback: list[Work]) -> None:
        every = {work.name: work for work in (*steps, *fallback)}

        async def does(action: str, _: dict[str, Any], context: StepContext) -> JsonValue:
            work = every[context.task]
            tries = work.instead if action == "other" else work.tries
            doing = tries[min(context.attempt, len(tries)) - 1]
            await asyncio.sleep(doing.seconds)
            if doing.fault:
                raise AgentError("as told", fault=doing.fault)
            return context.task

        self.run = ran(plan_of(steps, fallback), does, "second")
        self.model = Model(steps, fallback)
        self._go()
        self._pass(0)

    @rule(seconds=st.integers(1, 3))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @rule(seconds=st.integers(1, 3))
    def more_time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @rule(seconds=st.integers(3, 9))
    def much_time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @precondition(lambda self: self.model.status in {"completed", "failed", "cancelled"})
    @rule(steps=works(), fallback=FALLBACKS)
    def another_one_begins(self, steps: list[Work], fallback: list[Work]) -> None:
        self._start(steps, fallback)

    @rule(sure=RARELY)
    def it_is_paused(self, sure: bool) -> None:
        if self.model.status == "running" and sure:
            self.loop.call_soon(self._execution().pause)
            self.model.pause()
            self._pass(0)

    @precondition(lambda self: self.model.status == "paused")
    @rule()
    def it_is_resumed(self) -> None:
        if self.model.status == "paused":
            self.model.resume()
            self._go()
            self._pass(0)

    @rule(sure=RARELY)
    def it_is_cancelled(self, sure: bool) -> None:
        if self.model.status == "running" and sure:
            self.loop.call_soon(self._execution().cancel, "enough")
            self.model.cancel()
            self._pass(0)

    @rule(sure=RARELY)
    def its_worker_dies(self, sure: bool) -> None:
        if self.model.status == "running" and self.going and sure:
            self.going.cancel()
            with suppress(asyncio.CancelledError):
                self.loop.run_until_complete(self.going)
            self.model.crash()
            self._go()
            self._pass(0)

    @invariant()
    def both_say_the_same(self) -> None:
        if self.going is None:
            return
        assert self.run.statuses == self.model.statuses
        if self.model.status == "running":
            assert not self.going.done()
        else:
            assert self.going.done()
            assert self.run.ended[-1].status == self.model.status

    def teardown(self) -> None:
        if self.going and not self.going.done():
            self.going.cancel()
            with suppress(asyncio.CancelledError):
                self.loop.run_until_complete(self.going)
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def _execution(self) -> Any:
        assert self.run.execution is not None
        return self.run.execution

    def _go(self) -> None:
        self.going = self.loop.create_task(self.run.go())

    def _pass(self, seconds: int) -> None:
        self.nudges += 1
        self.loop.run_until_complete(asyncio.sleep(seconds + NUDGE * self.nudges))
        self.model.advance(seconds + NUDGE * self.nudges)
