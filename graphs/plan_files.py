"""Plans in files: YAML, and JSON, which is YAML."""

from pathlib import Path
from typing import Final

from graphs.plan_checks import read_plan
from nodes.agents.ports import Agents
from prompts.located import parse
from state.plan import Plan
from state.plan_errors import PlanError, PlanFinding

MAX_BYTES: Final = 2 * 1024 * 1024


def load_plan(path: Path, agents: Agents | None = None) -> Plan:
    """Return the plan in a file; raises `PlanError` with every fault, its place and its line."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PlanError([PlanFinding("the file", "It is larger than 2 MiB.", "Split the plan.")], file=path.name)
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PlanError(
            [PlanFinding("the file", f"It can't be read: {why}.", "Check its path.")], file=path.name
        ) from error
    return parse_plan(text, agents, file=path.name)


def parse_plan(text: str, agents: Agents | None = None, *, file: str = "plan.yaml") -> Plan:
    """Return the plan that a text describes; raises `PlanError`."""
    document, faults = parse(text, file)
    if document is None or faults:
        findings = [PlanFinding("the file", fault.message, fault.fix, fault.line) for fault in faults]
        raise PlanError(findings, file=file)
    return read_plan(document.data, agents, file=file, line=document.line)
