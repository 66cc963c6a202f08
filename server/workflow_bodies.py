"""Bodies and answers of `/v1/workflows`."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from nodes.plans.replaying import Change


class NewWorkflow(BaseModel):
    """Body of `POST /v1/workflows`: a template by name, or a whole plan."""

    model_config = ConfigDict(extra="forbid")

    template: Annotated[str | None, Field(max_length=64, description="As `GET /v1/workflows/templates` lists it.")] = (
        None
    )
    plan: Annotated[dict[str, Any] | None, Field(description="A plan as docs/workflows.md describes it.")] = None
    input: Annotated[dict[str, JsonValue], Field(description="What `${input.NAME}` in the plan refers to.")] = Field(
        default_factory=dict
    )
    locale: Annotated[str | None, Field(max_length=35)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "NewWorkflow":
        if (self.template is None) == (self.plan is None):
            raise ValueError("send either `template` or `plan`")
        return self


class WorkflowStarted(BaseModel):
    """Answer of `POST /v1/workflows`: the run is stored and will be worked on."""

    workflow_id: str


class Reason(BaseModel):
    """Body of `cancel`; may be left out."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=500)] = ""


class Answer(BaseModel):
    """Body of `approve`: a person's answer to an approval step."""

    model_config = ConfigDict(extra="forbid")

    step: Annotated[str | None, Field(max_length=64, description="Which one, where several ask.")] = None
    approved: bool = True
    by: Annotated[str, Field(max_length=200)] = ""
    comment: Annotated[str, Field(max_length=2000)] = ""


class ReplayFrom(BaseModel):
    """Body of `replay`: all of it may be left out."""

    model_config = ConfigDict(extra="forbid")

    step: Annotated[str | None, Field(max_length=64, description="Where it begins; the first that failed.")] = None
    input: Annotated[dict[str, JsonValue] | None, Field(description="Instead of the run's input.")] = None
    agents: Annotated[
        dict[str, str], Field(description="Another agent for a step, by the step's id: `NAME` or `NAME.ACTION`.")
    ] = Field(default_factory=dict)

    @property
    def changes(self) -> dict[str, Change]:
        """The other agents, as a replay takes them."""
        return changes_of(self.agents)


def changes_of(agents: Mapping[str, str]) -> dict[str, Change]:
    """Return what `NAME` or `NAME.ACTION` for a step changes."""
    found = {}
    for step, named in agents.items():
        agent, _, action = named.partition(".")
        found[step] = Change(agent=agent, action=action or None)
    return found
