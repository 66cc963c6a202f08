"""The shapes of one labelled message, checked where it is read."""

from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from state.decision import Lane
from state.turn import Channel

OUT_OF_SCOPE: Final = "oos"
"""The intent of text that no intent covers, in every format."""

Kind = Literal["first", "continue", "ellipsis", "switch", "handoff", "oos", "multi_intent", "smalltalk", "media"]
Split = Literal["dev", "test"]
Filled = Annotated[str, StringConstraints(min_length=1)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class HistoryLine(_Row):
    """One earlier message of the dialogue."""

    role: Literal["customer", "assistant"]
    text: str


class Answer(_Row):
    """A lane and an intent that answer a message as well as its own do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lane: Lane
    intent: Filled


class GoldRow(_Row):
    """One message of a dialogue and where it must go.

    Attributes:
        scenario_id: shared by the versions of one scenario in several languages.
        history: earlier messages, customer and assistant in turn.
        prev_lane: the lane the dialogue is in; None at its start.
        intent: None or `oos` where no intent covers the message.
        lane: where it must go; None, which only what no intent covers has, is the info lane, which says so.
        accept: further answers that count as right, for a message that people would honestly label differently.
        kind: what makes the row worth having; a `media` row's tags name the attachment (`media:image`, ...).
        split: which part of the set it belongs to: what is tuned on, or what is measured once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Filled
    scenario_id: Filled
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    channel: Channel = "chat"
    history: list[HistoryLine] = []
    prev_lane: Lane | None = None
    text: str
    lane: Annotated[Lane, BeforeValidator(lambda lane: "info" if lane is None else lane)]
    intent: str | None = None
    accept: list[Answer] = []
    kind: Kind = "first"
    tags: list[str] = []
    notes: str = ""
    source: str = ""
    split: Split | None = None

    @model_validator(mode="after")
    def _takes_turns(self) -> Self:
        roles = [line.role for line in self.history]
        if any(left == right for left, right in pairwise(roles)):
            raise PydanticCustomError("turns", "customer and assistant must take turns in 'history'")
        return self

    @model_validator(mode="after")
    def _accepts_what_is_covered(self) -> Self:
        if self.accept and (self.out_of_scope or self.intent is None):
            raise PydanticCustomError("accept", "'accept' needs an 'intent' beside which it is right too")
        return self

    @property
    def out_of_scope(self) -> bool:
        """Whether no intent covers the message."""
        return OUT_OF_SCOPE in {self.kind, self.intent}


class IntentRow(_Row):
    """A text with one intent; CLINC150, Banking77, HWU64, MASSIVE and the like."""

    text: str
    intent: Filled
    domain: str | None = None


class LabelsRow(_Row):
    """A text with several intents, such as NLU++."""

    text: str
    intents: Annotated[list[Filled], Field(min_length=1)]


class DialogueRow(_Row):
    """A customer's turn of a dialogue, its lane called `domain`, such as SGD.

    `history` holds (speaker, text) pairs, the latest last; the speaker is `U` (user) or `S` (system).
    """

    dialogue: Filled
    turn: Annotated[int, Field(ge=0)]
    history: list[tuple[Literal["U", "S"], str]]
    text: str
    domain: Filled
    intent: str | None = None
    prev_domain: str | None = None
    kind: Filled

    @property
    def last_bot(self) -> str:
        """What the other side said last; empty at the start."""
        return next((text for speaker, text in reversed(self.history) if speaker == "S"), "")


Row = GoldRow | IntentRow | LabelsRow | DialogueRow
