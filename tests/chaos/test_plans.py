"""R36: plans whose workers are killed end, and no step's effect happens twice; 10,000 things done to random plans."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from redis.asyncio import Redis

from graphs.registry import AgentRegistry
from graphs.template_files import TemplateFolder
from server.drain import Drain
from server.plans.verbs import Workflows
from state.ids import TenantId
from state.plan_run import RunId, TaskRecord
from state.stored_run import StoredRun
from state.stores.connection import connect_server
from state.stores.inbox import RedisInbox
from state.stores.queue import PLANS as PLANS_QUEUE
from state.stores.runs import RedisRuns
from tests.chaos.plan_rig import plan_worker
from tests.chaos.store import Store
from tests.plan_machine import PlanMachine
from tests.waiting import given
from tests.working_agents import SPECS

pytestmark = pytest.mark.chaos

PLANS = 50
WORKERS = 3
HONEST = {None, "ambiguous_effect", "too_many_attempts"}
"""How a run may end: well, or with an effect that nobody knows was done, or as its workers kept dying."""


def plan(file: Path, random: Random) -> dict[str, Any]:
    """Return a diamond of steps, some of which write a line that must be there at most once."""
    work = {"agent": "worker", "action": "do"}
    write = {"agent": "worker", "action": "write"}
    steps: list[dict[str, Any]] = [{"id": "first", **work, "input": {"s": random.uniform(0, 0.3), "say": "x"}}]
    for n in range(4):
        given_to = {"s": random.uniform(0, 0.5), "say": "${steps.first.said}", "file": str(file)}
        steps.append({"id": f"write{n}", **write, "input": given_to})
    last = {"s": 0.1, "file": str(file)}
    needed = [f"write{n}" for n in range(4)]
    steps.append({"id": "last", **write, "dependencies": needed, "input": last})
    return {"id": "diamond", "steps": steps}


@pytest.mark.parametrize(
    "kills", [pytest.param(12, id="short", marks=pytest.mark.chaos_short), pytest.param(120, id="long")]
)
async def test_r36_plans_end_and_no_effect_happens_twice_though_workers_are_killed(
    store: Store, tmp_path: Path, random: Random, kills: int
) -> None:
    lines, done, lost = tmp_path / "lines", 0, 0
    with ExitStack() as workers:
        crew = [workers.enter_context(plan_worker(store.url, tmp_path)) for _ in range(WORKERS)]
        async with connect_server(store.url, retry=True) as client:
            flows = desk(client)
            while done < kills:
                runs = [(await flows.start(plan(lines, random))).id for _ in range(PLANS)]
                for _ in range(min(12, kills - done)):
                    await asyncio.sleep(random.uniform(0.2, 0.5))
                    number = random.randrange(WORKERS)
                    crew[number].kill()
                    crew[number] = workers.enter_context(plan_worker(store.url, tmp_path))
                    done += 1
                ended = [await _end(flows, run) for run in runs]
                lost += sum(task.attempts[0].error == "worker_lost" for one in ended for task in begun(one))

                assert all(task.over for one in ended for task in one.tasks.values())
                assert [one.run.error for one in ended if one.run.error not in HONEST] == []

    assert lost >= kills // 2, "the kills hit no running steps"
    written = Counter(tuple(line.split()[:2]) for line in lines.read_text("utf-8").splitlines())
    assert [effect for effect, times in written.items() if times > 1] == []


def desk(client: Redis) -> Workflows:
    """Return the verbs of runs on a store, with nothing that works on them."""
    inbox = RedisInbox(client, ttl_ms=600_000, lease_ms=1800, capacity=100, events_kept=10_000, names=PLANS_QUEUE)
    agents = AgentRegistry(SPECS)
    return Workflows(TenantId("demo"), RedisRuns(client), inbox, agents, TemplateFolder(agents), Drain())


def begun(stored: StoredRun) -> list[TaskRecord]:
    """Return the tasks of a run that were begun."""
    return [task for task in stored.tasks.values() if task.attempts]


async def _end(flows: Workflows, run: RunId) -> StoredRun:
    return await given(lambda: flows.get(run), lambda stored: stored.run.over)


def test_r36_random_plans_run_as_the_reference_model_says() -> None:
    often = settings(
        max_examples=250,
        stateful_step_count=40,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(PlanMachine, settings=often)
