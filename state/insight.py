"""What one agent noticed and others may react to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from state.ids import TenantId
from state.plan_run import RunId


@dataclass(frozen=True, slots=True)
class Insight:
    """An insight such as `struggling_detected`.

    Attributes:
        id: the same whenever the step that published it runs again: `RUN:TASK:ORDINAL`.
        subject: whom it is about, such as a learner; keeps several apart.
        at: when, in milliseconds since 1970 UTC.
    """

    id: str
    name: str
    agent: str
    run: RunId
    task: str
    tenant: TenantId
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    subject: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """An insight that a subscriber hasn't seen, and its place, for `seen`."""

    place: str
    insight: Insight
