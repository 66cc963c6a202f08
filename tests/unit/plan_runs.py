"""A run of a plan with something of everything, for tests of what shows it."""

from state.ids import TenantId
from state.plan import Plan
from state.plan_run import Attempt, PlanRun, RunId, TaskRecord

PLAN = Plan.model_validate(
    {
        "id": "review",
        "title": "Contract <review>",
        "steps": [
            {"id": "extract", "agent": "extractor", "action": "text", "input": {"document": "${input.document}"}},
            {"id": "legal", "agent": "reviewer", "action": "review", "input": {"text": "${steps.extract.text}"}},
            {
                "id": "costs",
                "agent": "reviewer",
                "action": "add_up",
                "for_each": "${steps.extract.pages}",
                "fallback": {"agent": "counter", "action": "count"},
            },
            {"id": "sign", "title": "Ask the owner", "approval": "Is that right?", "dependencies": ["legal", "costs"]},
            {
                "id": "letter",
                "agent": "writer",
                "action": "write",
                "condition": "${steps.sign.approved}",
            },
        ],
    }
)
T0 = 1_700_000_000_000


def attempt(
    number: int, started: int, ended: int | None, fault: str | None = None, *, fallback: bool = False
) -> Attempt:
    return Attempt(number, "a", "b", T0 + started, None if ended is None else T0 + ended, fault, fault, fallback)


TASKS = {
    task.name: task
    for task in (
        TaskRecord(
            "extract",
            "extract",
            "completed",
            created=T0,
            ready=T0,
            started=T0 + 40,
            ended=T0 + 3200,
            attempts=(attempt(1, 40, 900, "network"), attempt(2, 1900, 3200)),
        ),
        TaskRecord(
            "legal", "legal", "in_progress", created=T0, ready=T0 + 3200, started=T0 + 3300,
            attempts=(attempt(1, 3300, None),),
        ),
        TaskRecord(
            "costs", "costs", "completed", created=T0, ready=T0 + 3200, started=T0 + 3900, ended=T0 + 5200,
            attempts=(attempt(1, 3900, 4300, "timeout"), attempt(1, 4300, 5200, fallback=True)),
        ),
        TaskRecord("costs[0]", "costs", "completed", created=T0, ready=T0 + 3200, started=T0 + 3900, ended=T0 + 4300),
        TaskRecord("costs[1]", "costs", "failed", created=T0, started=T0 + 4000, ended=T0 + 4100, reason="page & ink"),
        TaskRecord(
            "sign", "sign", "in_progress", title="Ask the owner", created=T0, ready=T0 + 5200,
            waits_for="Is that right?"
        ),
        TaskRecord("letter", "letter", created=T0),
    )
}  # fmt: skip
RUN = PlanRun(
    RunId("run_1"), TenantId("demo"), PLAN.model_dump(mode="json"), {}, "running", created=T0, started=T0 + 10
)
