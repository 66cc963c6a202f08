"""What is wrong with a plan, a run, or what is asked of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from state.errors import LanewayError


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """One fault of a plan; `path` is the place in the file (`steps[2].input.text`), `line` its line, 0 when unknown."""

    path: str
    message: str
    fix: str
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.path} (line {self.line})" if self.line else self.path
        return f"{where}: {self.message} {self.fix}".strip()


class PlanError(LanewayError):
    """A plan that can't be run as it is written; `findings` name every fault with its place."""

    code = "invalid_plan"

    def __init__(self, findings: Sequence[PlanFinding], *, file: str = "") -> None:
        more = f" And {len(findings) - 1} more." if len(findings) > 1 else ""
        first = findings[0]
        where = f"{first.path} (line {first.line})" if first.line else first.path
        super().__init__(f"{file or 'The plan'}: {where}: {first.message}{more}", hint=first.fix)
        self.findings = tuple(findings)
        self.file = file


class UnknownAgentError(LanewayError):
    """No such agent, or no such action of it."""

    code = "unknown_agent"

    def __init__(self, agent: str, action: str | None, known: Sequence[str]) -> None:
        what = f"Agent {agent!r} has no action {action!r}" if action else f"No agent {agent!r}"
        super().__init__(f"{what}.", hint=f"There are: {', '.join(known) or 'none'}.")


class RunNotFoundError(LanewayError):
    """No such run: never made, or no longer kept."""

    code = "run_not_found"

    def __init__(self, run: str) -> None:
        super().__init__(f"No run {run[:64]!r}.", hint="`laneway workflow ls` or GET /v1/workflows lists them.")


class RunStateError(LanewayError):
    """What is asked of a run can't be done with it as it is."""

    code = "run_state"


class TemplateNotFoundError(LanewayError):
    """No such template of a workflow."""

    code = "template_not_found"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        listed = f"There are: {', '.join(known) or 'none'}."
        super().__init__(f"No workflow template {name[:64]!r}.", hint=f"{meant}{listed}")
