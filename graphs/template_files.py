"""Workflow templates: plans in files, each named as its file is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from graphs.plan_files import load_plan
from nodes.agents.ports import Agents
from state.plan import Plan
from state.plan_errors import TemplateNotFoundError

BUNDLED: Final = Path(__file__).with_name("templates")
ALIASES: Final = {"site_builder": "create_site"}
"""Other names of templates."""


def template_names(folder: Path = BUNDLED) -> list[str]:
    """Return the names of a folder's templates, in order."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


class TemplateFolder:
    """The plans in a folder, `NAME.yaml`; read when they are asked for."""

    def __init__(self, agents: Agents, folder: Path = BUNDLED) -> None:
        self._agents = agents
        self._folder = folder

    @property
    def names(self) -> Sequence[str]:
        """The templates' names, in order."""
        return template_names(self._folder)

    def plan(self, name: str) -> Plan:
        """Return a template's plan; raises `TemplateNotFoundError`, or `PlanError` when its file is wrong."""
        name = ALIASES.get(name, name)
        if name not in self.names:
            raise TemplateNotFoundError(name, self.names)
        return load_plan(self._folder / f"{name}.yaml", self._agents)
