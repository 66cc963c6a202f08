"""What docs/workflows.md shows runs as it stands there."""

import asyncio
import re
from dataclasses import replace
from typing import Any, Final

import yaml

from graphs.bundled import bundled_agents
from graphs.plan_files import parse_plan
from graphs.registry import AgentRegistry, AgentSpec
from graphs.template_files import template_names
from server.docs import ROOT
from state.plan import Plan
from state.plan_run import Approval
from tests.agents import Heard, MemoryFiles
from tests.plans import Ran

PAGE: Final = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
CONTRACT: Final = """# Rent

The tenant pays 900.00 EUR a month, on the first day. Late rent bears interest of 5 % a month.

# Term

The contract runs for three years and is renewed by itself unless the tenant gives notice six months before.
"""


def sample(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def checked(text: str, agents: AgentRegistry) -> Plan:
    plan = parse_plan(text, agents)
    assert plan.fallback_plan in template_names()
    return plan.model_copy(update={"fallback_plan": None})


async def test_the_sample_plan_is_right_and_runs_to_its_end() -> None:
    agents = AgentRegistry(bundled_agents())
    plan = checked(sample("yaml"), agents)
    run = Ran(
        plan,
        agents,
        given={"document": CONTRACT, "sentences": plan.inputs["sentences"].default},
        ports={"files": MemoryFiles(), "insights": Heard()},
    )

    asked = await run.go()
    assert run.journal.run is not None
    run.journal.run = replace(run.journal.run, approvals={"agreed": Approval(approved=True)})
    ended = await run.go()

    assert (asked.status, ended.status, ended.reason) == ("waiting", "completed", None)
    assert set(run.statuses.values()) == {"completed"}
    assert isinstance(ended.output, dict)
    assert set(ended.output) == set(yaml.safe_load(sample("yaml"))["output"])


def test_the_agent_of_ones_own_is_one_that_a_plan_can_ask() -> None:
    names: dict[str, Any] = {"__name__": "my_module"}
    exec(compile(sample("python"), "workflows.md", "exec"), names)  # our own page
    spec: AgentSpec = names["SPEC"]
    step = "{id: a, agent: counter, action: count, input: {text: one two three}}"
    agents = AgentRegistry([spec])

    ended = asyncio.run(Ran(parse_plan(f"id: p\nsteps:\n  - {step}\n", agents), agents).go())

    assert ended.output == {"a": {"words": 3}}
