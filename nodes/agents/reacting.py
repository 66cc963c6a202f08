"""What an agent is given when it reacts to an insight."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Told(BaseModel):
    """An insight, as `state.insight.Insight` has it."""

    id: str
    name: str
    agent: str
    run: str
    task: str
    tenant: str
    facts: dict[str, JsonValue] = Field(default_factory=dict)
    subject: str = ""
    at: int = 0


class Reaction(BaseModel):
    """What to react to; the same insight may come twice."""

    model_config = ConfigDict(extra="forbid")

    insight: Told
