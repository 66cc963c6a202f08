"""How plans run, in virtual time: seconds of waiting cost nothing, and every duration is exact."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
from pydantic import JsonValue

from nodes.agents.ports import AgentError, StepContext
from state.plan_events import PlanFallback, TaskRetried
from state.plan_run import Approval, PlanRun
from tests.plans import Ran, in_virtual_time, ran


async def sleeping(_: str, given: dict[str, Any], context: StepContext) -> JsonValue:
    await asyncio.sleep(given.get("s", 0))
    if given.get("fails"):
        raise AgentError(given["fails"], fault=given.get("fault", "agent"))
    return {"said": given.get("say", context.task)}


def go(run: Ran) -> tuple[str, float]:
    async def main() -> tuple[str, float]:
        ended = await run.go()
        return ended.status, round(asyncio.get_running_loop().time(), 3)

    return in_virtual_time(main)


def test_a_step_begins_when_its_own_dependencies_have_ended_whatever_others_do() -> None:
    run = ran(
        {
            "steps": [
                {"id": "slow", "input": {"s": 10}},
                {"id": "fast", "input": {"s": 1}},
                {"id": "after_fast", "input": {"s": 9, "x": "${steps.fast.said}"}},
                {"id": "join", "dependencies": ["slow", "after_fast"], "input": {"s": 1}},
            ]
        },
        sleeping,
    )

    assert go(run) == ("completed", 11.0)
    assert run.ended[-1].output == {"join": {"said": "join"}}


def test_no_more_steps_run_at_once_than_the_plan_allows() -> None:
    run = ran({"parallel": 2, "steps": [{"id": f"s{n}", "input": {"s": 1}} for n in range(6)]}, sleeping)

    assert go(run) == ("completed", 3.0)


def test_a_failed_step_skips_its_dependents_naming_itself_and_lets_others_end() -> None:
    run = ran(
        {
            "steps": [
                {"id": "a", "input": {"fails": "no such page"}},
                {"id": "b", "dependencies": ["a"]},
                {"id": "c", "dependencies": ["b"]},
                {"id": "d", "input": {"s": 3}},
            ]
        },
        sleeping,
    )

    assert go(run)[0] == "failed"
    assert run.statuses == {"a": "failed", "b": "skipped", "c": "skipped", "d": "completed"}
    assert run.journal.tasks["b"].reason == "Step 'a' failed."
    assert run.ended[-1].reason == "Step 'a' failed: no such page"


def test_network_faults_are_tried_three_times_with_growing_pauses() -> None:
    async def unreachable(_: str, given: dict[str, Any], context: StepContext) -> JsonValue:
        raise httpx2.ConnectError("refused")

    run = ran({"steps": [{"id": "a"}]}, unreachable)

    assert go(run) == ("failed", 3.0)
    assert [event.wait_ms for event in run.events if isinstance(event, TaskRetried)] == [1000, 2000]


def test_a_timeout_is_tried_once_more_with_twice_the_time() -> None:
    run = ran({"steps": [{"id": "a", "timeout": "2s", "input": {"s": 3}}]}, sleeping)
    late = ran({"steps": [{"id": "a", "timeout": "2s", "input": {"s": 5}}]}, sleeping)

    assert go(run) == ("completed", 5.0)
    assert go(late) == ("failed", 6.0)


def test_faults_of_validation_are_never_tried_again() -> None:
    run = ran({"steps": [{"id": "a", "input": {"fails": "x", "fault": "validation"}}]}, sleeping)

    go(run)

    assert len(run.journal.tasks["a"].attempts) == 1


def test_the_retries_of_a_run_have_a_budget_of_their_own() -> None:
    steps = [{"id": f"s{n}", "input": {"fails": "x", "fault": "network"}} for n in range(4)]
    run = ran({"budget": {"retries": 3}, "parallel": 1, "steps": steps}, sleeping)

    go(run)

    assert sum(len(task.attempts) for task in run.journal.tasks.values()) == 4 + 3


def test_a_fallback_does_the_step_of_an_agent_that_failed() -> None:
    other = {"agent": "second", "action": "other", "input": {"say": "done"}}
    run = ran({"steps": [{"id": "a", "input": {"fails": "x"}, "fallback": other}]}, sleeping, "second")

    assert go(run)[0] == "completed"
    assert [(one.agent, one.fallback) for one in run.journal.tasks["a"].attempts] == [
        ("worker", False),
        ("second", True),
    ]


def test_a_fallback_plan_is_run_when_the_plan_failed() -> None:
    instead = {"id": "q", "steps": [{"id": "a", "input": {"say": "plain"}}]}
    run = ran({"steps": [{"id": "a", "input": {"fails": "x"}}], "fallback_plan": instead}, sleeping)

    assert go(run)[0] == "completed"
    assert run.statuses == {"a": "failed", "fallback/a": "completed"}
    assert any(isinstance(event, PlanFallback) for event in run.events)


def test_an_optional_step_may_fail_and_reads_as_null() -> None:
    run = ran(
        {
            "steps": [
                {"id": "a", "optional": True, "input": {"fails": "x"}},
                {"id": "b", "input": {"say": "got ${steps.a.said}."}},
            ]
        },
        sleeping,
    )

    assert go(run)[0] == "completed"
    assert run.ended[-1].output == {"b": {"said": "got ."}}


def test_a_step_is_skipped_when_its_condition_does_not_hold() -> None:
    steps = [{"id": "a", "input": {"say": "no"}}, {"id": "b", "condition": "${steps.a.said} == 'yes'"}]
    run = ran({"steps": steps}, sleeping)

    assert go(run)[0] == "completed"
    assert run.statuses == {"a": "completed", "b": "skipped"}


def test_a_step_is_done_for_each_item_at_once() -> None:
    step = {"id": "a", "for_each": "${input.names}", "input": {"s": 1, "say": "${index}: ${item}"}}
    run = ran({"steps": [step]}, sleeping, given={"names": ["x", "y"]})

    assert go(run) == ("completed", 1.0)
    assert run.ended[-1].output == {"a": [{"said": "0: x"}, {"said": "1: y"}]}
    assert run.statuses == {"a": "completed", "a[0]": "completed", "a[1]": "completed"}


def test_a_run_over_its_deadline_is_cut_off() -> None:
    run = ran({"deadline": "2s", "steps": [{"id": "a", "input": {"s": 5}}, {"id": "b"}]}, sleeping)

    status, seconds = go(run)

    assert (status, run.ended[-1].code) == ("failed", "deadline")
    assert 2.0 <= seconds < 3.0
    assert run.statuses == {"a": "cancelled", "b": "completed"}


def test_no_step_begins_once_the_budget_is_used_up() -> None:
    run = ran({"budget": {"steps": 2}, "parallel": 1, "steps": [{"id": f"s{n}"} for n in range(4)]}, sleeping)

    go(run)

    assert run.ended[-1].code == "over_budget"
    assert sorted(run.statuses.values()) == ["completed", "completed", "skipped", "skipped"]


def test_cancelling_reaches_an_agent_that_does_not_want_to_end() -> None:
    async def stubborn(_: str, given: dict[str, Any], context: StepContext) -> JsonValue:
        for _second in range(60):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue
        return "late"

    run = ran({"steps": [{"id": "a"}, {"id": "b", "dependencies": ["a"]}]}, stubborn)

    async def main() -> float:
        going = asyncio.create_task(run.go())
        await asyncio.sleep(2)
        assert run.execution is not None
        run.execution.cancel("Ana asked for it.")
        await going
        return asyncio.get_running_loop().time()

    assert in_virtual_time(main) < 3.0
    assert run.ended[-1].status == "cancelled"
    assert run.statuses == {"a": "cancelled", "b": "cancelled"}


def test_a_pause_lets_running_steps_end_and_a_resumed_run_does_only_the_rest() -> None:
    run = ran(
        {"steps": [{"id": "a", "input": {"s": 4}}, {"id": "b", "dependencies": ["a"], "input": {"s": 1}}]}, sleeping
    )

    async def main() -> tuple[str, dict[str, str], str]:
        going = asyncio.create_task(run.go())
        await asyncio.sleep(1)
        assert run.execution is not None
        run.execution.pause()
        halted, between = (await going).status, dict(run.statuses)
        return halted, between, (await run.go()).status

    assert in_virtual_time(main) == ("paused", {"a": "completed", "b": "ready"}, "completed")
    assert len(run.journal.tasks["a"].attempts) == 1


def test_an_approval_holds_only_what_depends_on_it() -> None:
    run = ran(
        {"steps": [{"id": "ask", "approval": "Send it?"}, {"id": "send", "dependencies": ["ask"]}, {"id": "other"}]},
        sleeping,
    )

    async def main() -> tuple[str, dict[str, str], str]:
        halted, between = (await run.go()).status, dict(run.statuses)
        assert run.journal.run is not None
        run.journal.run = _answered(run, approved=True)
        return halted, between, (await run.go()).status

    halted, between, ended = in_virtual_time(main)

    assert (halted, between["other"], between["send"]) == ("waiting", "completed", "pending")
    assert (ended, run.statuses["send"]) == ("completed", "completed")


def test_an_answer_is_seen_while_other_steps_run() -> None:
    run = ran(
        {
            "steps": [
                {"id": "ask", "approval": "Send it?"},
                {"id": "send", "dependencies": ["ask"]},
                {"id": "other", "input": {"s": 60}},
            ]
        },
        sleeping,
    )

    async def main() -> str | None:
        going = asyncio.create_task(run.go())
        await asyncio.sleep(10)
        run.journal.answers["ask"] = Approval(approved=False, by="Ana", comment="not yet")
        await asyncio.sleep(2)
        between = run.statuses["send"]
        await going
        return between

    assert in_virtual_time(main) == "skipped"
    assert run.journal.tasks["ask"].reason == "Refused by Ana: not yet."


def test_what_was_kept_before_a_crash_is_not_done_again() -> None:
    done: list[str] = []

    async def counting(_: str, given: dict[str, Any], context: StepContext) -> JsonValue:
        done.append(context.task)
        await asyncio.sleep(given["s"])
        return context.task

    steps = [{"id": f"s{n}", "input": {"s": n}, "dependencies": [f"s{n - 1}"] if n else []} for n in range(5)]
    run = ran({"steps": steps}, counting)

    async def main() -> str:
        crashed = asyncio.create_task(run.go())
        await asyncio.sleep(5)
        crashed.cancel()
        await asyncio.wait([crashed])
        return (await run.go()).status

    assert in_virtual_time(main) == "completed"
    assert done == ["s0", "s1", "s2", "s3", "s3", "s4"]


def _answered(run: Ran, *, approved: bool) -> PlanRun:
    assert run.journal.run is not None
    return replace(run.journal.run, approvals={"ask": Approval(approved)})
