"""What a conversation needs to start a workflow and to hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import JsonValue

from state.ids import SessionId
from state.plan_run import RunStatus

EVENT: Final = "workflow"
"""The system part's event by which a session hears of a run that it started; its text is the run's id."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run is: its status, the titles of the steps that are done and under way, its result or why it failed."""

    status: RunStatus
    title: str
    done: Sequence[str] = ()
    doing: Sequence[str] = ()
    output: JsonValue = None
    reason: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in {"completed", "failed", "cancelled"}


class ChatWorkflows(Protocol):
    """Workflows that a conversation may start."""

    async def start(
        self, template: str, given: Mapping[str, JsonValue], *, session: SessionId, key: str, locale: str
    ) -> str:
        """Start a run and return its id; the session hears of it. The same `key` again starts no second one."""
        ...

    async def standing(self, run: str) -> Standing | None:
        """Return where a run is, None when there is none of that name."""
        ...
