"""Agents for tests of running workflows; a server takes them by `LANEWAY_AGENTS=tests.working_agents:SPECS`."""

import asyncio

from pydantic import BaseModel, JsonValue

from graphs.registry import AgentSpec
from nodes.agents.ports import Action, AgentError, StepContext
from state.effect import SideEffect


class Work(BaseModel):
    """What to do: sleep, say, fail, and write a line to a file once."""

    s: float = 0.0
    say: JsonValue = None
    fails: str = ""
    file: str = ""


async def work(action: str, given: Work, context: StepContext) -> JsonValue:
    """Do it."""
    context.progress(0.5, "work")
    if given.file:

        async def write(key: str) -> JsonValue:
            with open(given.file, "a", encoding="utf-8") as file:  # noqa: ASYNC230, PTH123 # one short line
                file.write(f"{context.run} {context.task} {key}\n")
            return key

        await context.once("line", write, effect=SideEffect.IRREVERSIBLE)
    await asyncio.sleep(given.s)
    if given.fails:
        raise AgentError(given.fails)
    context.log("info", "done", said=given.say)
    return {"said": given.say, "action": action}


SPECS = [
    AgentSpec("worker", work, {"do": Action(Work), "write": Action(Work, effects=SideEffect.IRREVERSIBLE)}),
]
