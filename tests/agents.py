"""What agents are given in tests: files in memory, a log that can be looked at, a model that answers by a script."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import JsonValue

from nodes.agents.ports import Artefact, StepContext
from nodes.models.chat import LanewayChat
from nodes.models.gathering import Answer
from nodes.models.scripted import ScriptedWriter
from nodes.ports import EffectCall
from state.effect import EffectName, SideEffect
from state.errors import InvalidInputError, ModelError
from state.ids import TenantId
from state.insight import Insight
from state.plan_events import PlanEvent, TaskLog
from state.plan_run import RunId


@dataclass
class MemoryFiles:
    """Files by their content."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def write(self, name: str, content: bytes, mime: str) -> Artefact:
        digest = hashlib.sha256(content).hexdigest()
        self.kept[digest] = content
        return Artefact(sha256=digest, name=name, mime=mime, size=len(content))

    async def read(self, artefact: Artefact) -> bytes:
        if artefact.sha256 not in self.kept:
            raise InvalidInputError("No such file.", hint="Give it again.")
        return self.kept[artefact.sha256]


@dataclass
class Heard:
    """Insights as they were published."""

    insights: list[Insight] = field(default_factory=list)

    async def publish(self, insight: Insight) -> None:
        self.insights.append(insight)


class Done:
    """Effects that are done each time they are asked for."""

    async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:
        return await call("key")


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2027, 1, 1, 12, tzinfo=UTC)


@dataclass
class Desk:
    """A step's surroundings."""

    files: MemoryFiles = field(default_factory=MemoryFiles)
    heard: Heard = field(default_factory=Heard)
    told: list[PlanEvent] = field(default_factory=list)

    def context(self, *, says: Sequence[dict[str, Any] | ModelError] | None = None, **changes: Any) -> StepContext:
        """Return a context; `says` is what the model answers, one after the other, None for no model."""
        facts: dict[str, Any] = {
            "run": RunId("run_1"), "task": "step", "agent": "agent", "attempt": 1, "tenant": TenantId("demo"),
            "locale": "es", "effects": Done(), "clock": Noon(), "tell": self.told.append, "files": self.files,
            "insights": self.heard, "may": SideEffect.IDEMPOTENT, "chat": None if says is None else scripted(says),
        }  # fmt: skip
        return StepContext(**facts | changes)

    @property
    def said(self) -> list[str]:
        """What the log says."""
        return [one.text for one in self.told if isinstance(one, TaskLog)]


def scripted(says: Sequence[dict[str, Any] | ModelError]) -> LanewayChat:
    """Return a model that answers with these values, as JSON."""
    script = [one if isinstance(one, ModelError) else Answer(orjson.dumps(one).decode(), []) for one in says]
    return LanewayChat(writer=ScriptedWriter(script))
