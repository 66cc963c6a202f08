"""What a router said about one row, beside what is right."""

from pydantic import BaseModel, ConfigDict


class Step(BaseModel):
    """What one stage of the router's chain said; `own` is a model's probability before recalibration."""

    name: str
    fired: bool
    reason: str
    lane: str | None = None
    intent: str | None = None
    confidence: float | None = None
    ms: float = 0.0
    outcome: str = "routed"
    model: str | None = None
    prompt_version: str | None = None
    own: float | None = None


class Near(BaseModel):
    """A labelled example close to the row's text."""

    text: str
    intent: str
    lane: str
    similarity: float


class Said(BaseModel):
    """A router's answer to one row: all that its figures and its explanation need.

    `rejected` when the router says that the text is none of its business; `out_of_scope` is how likely it takes that
    to be. `failed` holds the error's words where there is no answer.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    intent: str | None = None
    confidence: float = 0.0
    probabilities: dict[str, float] = {}
    out_of_scope: float = 0.0
    rejected: bool = False
    reason: str = ""
    chain: list[Step] = []
    nearest: list[Near] = []
    lang: str | None = None
    model: str | None = None
    degraded: bool = False
    cost_usd: float = 0.0
    ms: float = 0.0
    failed: str | None = None


class Outcome(BaseModel):
    """One row and what was said about it.

    `gold` is the right label (a lane, or an intent where intents are measured); `accepted` has all right ones where
    there are several, and `accepted_intents` the intents that are as right as `gold_intent`. `again` holds the labels
    of further runs of the same row.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    group: str
    text: str
    gold: str
    accepted: list[str] = []
    gold_intent: str | None = None
    accepted_intents: list[str] = []
    intent_known: bool = False
    outside: bool = False
    lang: str = ""
    kind: str = ""
    tags: list[str] = []
    history: list[tuple[str, str]] = []
    previous: str | None = None
    said: Said
    again: list[str] = []

    @property
    def labels(self) -> list[str]:
        """Every right label, each once."""
        return list(dict.fromkeys(self.accepted or [self.gold]))

    @property
    def wanted(self) -> str:
        """The right label, or labels, in words."""
        return " or ".join(self.labels)

    @property
    def wanted_intent(self) -> str:
        """The right intent, or intents, in words; empty where none covers the text."""
        return " or ".join([self.gold_intent or "", *self.accepted_intents])

    @property
    def right(self) -> bool:
        """Whether the label is right."""
        return self.said.failed is None and self.said.label in self.labels

    @property
    def sureness(self) -> float:
        """How likely the router takes its answer to be right; for text it turns away, that it is right to."""
        said = self.said
        turned_away = said.rejected and said.intent is None
        return min(1.0, said.confidence + said.out_of_scope) if turned_away else said.confidence

    @property
    def intent_right(self) -> bool:
        """Whether the intent is right too; no intent is right where none covers the text."""
        return self.right and self.said.intent in [self.gold_intent, *self.accepted_intents]
