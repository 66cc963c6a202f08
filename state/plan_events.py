"""What a run of a plan shows; beside the turns' events in the same log. `task` names a task as `TaskRecord` does."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class PlanStarted:
    """A worker took the run; `attempt` counts how often this part was begun, `resumed` says it is not the first."""

    type: ClassVar = "plan_started"
    plan: str
    steps: int
    attempt: int = 1
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class PlanFallback:
    """The plan failed and its fallback plan begins."""

    type: ClassVar = "plan_fallback"
    plan: str
    fallback: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanPaused:
    """No step runs: somebody asked for a pause, or every step that could go on waits for a person."""

    type: ClassVar = "plan_paused"
    plan: str
    waits_for: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlanCompleted:
    """The run ended well; `ms` since its start."""

    type: ClassVar = "plan_completed"
    plan: str
    ms: float
    counts: dict[str, int]
    output: JsonValue = None


@dataclass(frozen=True, slots=True)
class PlanFailed:
    """The run failed; `step` is the first that did, where one did."""

    type: ClassVar = "plan_failed"
    plan: str
    ms: float
    counts: dict[str, int]
    reason: str
    code: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class PlanCancelled:
    """Somebody cancelled the run."""

    type: ClassVar = "plan_cancelled"
    plan: str
    ms: float
    counts: dict[str, int]
    reason: str


@dataclass(frozen=True, slots=True)
class TaskCreated:
    """A task is known; it waits for those it depends on."""

    type: ClassVar = "task_created"
    task: str
    step: str
    agent: str
    action: str
    title: str = ""
    dependencies: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TaskReady:
    """All that the task depends on has ended; it begins as soon as there is room."""

    type: ClassVar = "task_ready"
    task: str
    step: str


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """An attempt began; `fallback` when it is the step's fallback."""

    type: ClassVar = "task_started"
    task: str
    step: str
    agent: str
    action: str
    attempt: int = 1
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class TaskRetried:
    """An attempt failed and another one begins in `wait_ms`; `attempt` is the one that failed."""

    type: ClassVar = "task_retried"
    task: str
    step: str
    attempt: int
    fault: str
    code: str
    wait_ms: float


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """The task has a result; `ms` since its first attempt."""

    type: ClassVar = "task_completed"
    task: str
    step: str
    ms: float
    attempts: int = 1
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """The task ended without a result: it `failed`, was `skipped` or was `cancelled`, and `reason` says why."""

    type: ClassVar = "task_failed"
    task: str
    step: str
    status: Literal["failed", "skipped", "cancelled"]
    reason: str
    code: str | None = None
    ms: float = 0.0
    attempts: int = 0
    agent: str = ""


@dataclass(frozen=True, slots=True)
class TaskWaiting:
    """An approval step asks a person."""

    type: ClassVar = "task_waiting"
    task: str
    step: str
    question: str


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """Where an agent is in its life, in this run."""

    type: ClassVar = "agent_status"
    agent: str
    status: Literal["registered", "ready", "executing", "completed", "failed"]
    task: str | None = None


@dataclass(frozen=True, slots=True)
class AgentInsight:
    """An agent noticed something that others may react to; `id` is the same whenever the step runs again."""

    type: ClassVar = "agent_insight"
    id: str
    agent: str
    name: str
    task: str
    facts: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentReaction:
    """An agent that subscribes to an insight of this run has dealt with it, or was given up after `attempts`.

    What it said and published while it did so comes before, under the same `task`; `insight` is the insight's id.
    """

    type: ClassVar = "agent_reaction"
    insight: str
    name: str
    agent: str
    action: str
    task: str
    status: Literal["completed", "failed"]
    attempts: int = 1
    error: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is, from 0 to 1, and of what; the run as a whole when there is no `task`."""

    type: ClassVar = "progress"
    fraction: float
    of: str
    task: str | None = None


@dataclass(frozen=True, slots=True)
class TaskLog:
    """What an agent says while it works."""

    type: ClassVar = "log"
    level: Literal["info", "warning", "error"]
    name: str
    text: str
    task: str
    agent: str
    facts: dict[str, JsonValue] = field(default_factory=dict)


PlanEvent = (
    PlanStarted
    | PlanFallback
    | PlanPaused
    | PlanCompleted
    | PlanFailed
    | PlanCancelled
    | TaskCreated
    | TaskReady
    | TaskStarted
    | TaskRetried
    | TaskCompleted
    | TaskFailed
    | TaskWaiting
    | AgentStatus
    | AgentInsight
    | AgentReaction
    | Progress
    | TaskLog
)
