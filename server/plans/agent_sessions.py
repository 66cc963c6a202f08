"""A session of several agents: each begun when those it depends on have ended, and told of step by step."""

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from graphs.plan_view import ran_ms
from server.clock import now_ms
from server.plans.answers import in_order
from server.plans.verbs import Workflows
from server.streams.hub import Hub
from state.ids import SessionId
from state.plan import NAME
from state.plan_run import RunId, TaskRecord
from state.stored_run import StoredRun

_LOOK_S = 5.0
"""How often the records are looked at though no event came: one may have been missed."""


class SessionAgent(BaseModel):
    """One agent of the session: what it is asked, and whom it waits for."""

    model_config = ConfigDict(extra="forbid")

    agent: Annotated[str, Field(pattern=NAME)]
    action: Annotated[str, Field(pattern=NAME)]
    name: Annotated[str | None, Field(pattern=NAME, description="Its step's name; the agent's by default.")] = None
    input: Annotated[dict[str, JsonValue], Field(description="`${steps.NAME...}` is an earlier one's result.")] = Field(
        default_factory=dict
    )
    dependencies: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)


class NewAgentSession(BaseModel):
    """Body of `POST /v1/agents/sessions`."""

    model_config = ConfigDict(extra="forbid")

    agents: Annotated[list[SessionAgent], Field(min_length=1, max_length=100)]
    input: Annotated[dict[str, JsonValue], Field(description="What `${input.NAME}` refers to.")] = Field(
        default_factory=dict
    )
    wait_s: Annotated[float, Field(ge=0, le=120, description="How long the answer may wait for all to be done.")] = 30.0
    locale: Annotated[str | None, Field(max_length=35)] = None


def plan_of(wanted: NewAgentSession) -> dict[str, Any]:
    """Return the plan that begins the agents: a step for each."""
    steps = [
        {
            "id": one.name or one.agent,
            "agent": one.agent,
            "action": one.action,
            "input": one.input,
            "dependencies": one.dependencies,
        }
        for one in wanted.agents
    ]
    return {"id": "agent_session", "title": "Agent session", "steps": steps}


async def ended_within(workflows: Workflows, hub: Hub, run: RunId, wait_s: float) -> bool:
    """Wait for a run's end, and return whether it came in time."""
    with suppress(TimeoutError), hub.watch(SessionId(run)) as feed:
        async with asyncio.timeout(wait_s):
            while not (await workflows.get(run)).run.over and not feed.closed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(feed.next(), _LOOK_S)
    return (await workflows.get(run)).run.over


def told(stored: StoredRun) -> dict[str, Any]:
    """Return the session: each step's result, duration and error."""
    run, tasks = stored.run, in_order(stored)
    now = now_ms()
    end = run.ended if run.ended is not None else now
    return {
        "session_id": run.id,
        "status": run.status,
        "ms": None if run.started is None else end - run.started,
        "steps": [_step(task, now) for task in tasks],
        "errors": [f"{task.name}: {task.reason}" for task in tasks if task.status == "failed"],
    }


def _step(task: TaskRecord, now: int) -> dict[str, Any]:
    return {
        "step": task.name,
        "agent": task.agent,
        "action": task.action,
        "status": task.status,
        "ms": ran_ms(task, now),
        "result": task.result,
        "error": task.reason,
    }
