"""A run of a plan: where each of its tasks is, and how it went. Times are milliseconds since 1970 UTC."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NewType

from pydantic import JsonValue
from uuid_utils import uuid7

from state.ids import TenantId

RunId = NewType("RunId", str)
"""A run is a session of the engine: its id is a `SessionId` as well, and its events are that session's."""

TaskStatus = Literal["pending", "ready", "in_progress", "completed", "failed", "skipped", "cancelled"]
RunStatus = Literal["pending", "running", "paused", "waiting", "completed", "failed", "cancelled"]
"""`waiting` is for a person's approval, and nothing else can go on."""

TASK_ENDS: Final[frozenset[TaskStatus]] = frozenset({"completed", "failed", "skipped", "cancelled"})
RUN_ENDS: Final[frozenset[RunStatus]] = frozenset({"completed", "failed", "cancelled"})

FALLBACK: Final = "fallback/"
"""What the names of a fallback plan's tasks begin with."""


def new_run_id() -> RunId:
    """Return `run_` and 32 hexadecimal digits of a UUIDv7 (RFC 9562)."""
    return RunId(f"run_{uuid7().hex}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a task; `fault` is the class of what went wrong and `error` its code, None when it went well."""

    number: int
    agent: str
    action: str
    started: int
    ended: int | None = None
    fault: str | None = None
    error: str | None = None
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One task: a step of the plan, or one item of a `for_each` step.

    Attributes:
        name: `STEP`, `STEP[3]` for an item (from 0), `fallback/STEP` in the fallback plan.
        step: the step's id.
        reason: why it failed, was skipped or was cancelled, for people.
        error: the stable code of the error that it failed with.
        created: when its run was made; `ready` when its dependencies had ended, `started` its first attempt.
        result: what it returned, as JSON; None before its end.
        waits_for: the question it asks a person, None when it asks nothing.
    """

    name: str
    step: str
    status: TaskStatus = "pending"
    agent: str = ""
    action: str = ""
    title: str = ""
    reason: str | None = None
    error: str | None = None
    created: int = 0
    ready: int | None = None
    started: int | None = None
    ended: int | None = None
    attempts: tuple[Attempt, ...] = ()
    result: JsonValue = None
    waits_for: str | None = None
    tokens: int = 0
    cost_usd: float = 0.0

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in TASK_ENDS


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's answer to an approval step."""

    approved: bool
    by: str = ""
    comment: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class PlanRun:
    """A run's own facts; its tasks are kept beside it.

    Attributes:
        plan: the plan's JSON, fallback plan included, as it was when the run began.
        template: the template it was made of, None for an inline plan.
        input: what `${input...}` refers to.
        output: the result, None before the end.
        parent: the run that this one replays; `replayed_from` is the step it begins at.
        on_fallback: whether the fallback plan is at work.
        retries: attempts after a first one, over all tasks.
        progress: the share of its steps that have ended, from 0 to 1.
        pauses: from when to when it was paused; None while it is.
    """

    id: RunId
    tenant: TenantId
    plan: Mapping[str, Any]
    input: Mapping[str, JsonValue]
    status: RunStatus = "pending"
    template: str | None = None
    title: str = ""
    locale: str | None = None
    reason: str | None = None
    error: str | None = None
    created: int = 0
    started: int | None = None
    ended: int | None = None
    output: JsonValue = None
    parent: RunId | None = None
    replayed_from: str | None = None
    on_fallback: bool = False
    attempts_begun: int = 0
    retries: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    progress: float = 0.0
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    pauses: tuple[tuple[int, int | None], ...] = ()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in RUN_ENDS


def counts(tasks: Mapping[str, TaskRecord]) -> dict[str, int]:
    """Return how many steps have each status; items of `for_each` steps are not counted by themselves."""
    return dict(Counter(task.status for task in tasks.values() if not task.name.endswith("]")))
