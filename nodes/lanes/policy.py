"""What may be done: a rule for every proposed call, the same for a model's and for the lane's own steps.

Nothing here reads words as instructions: it looks at the tool's declaration, its arguments and the records.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pydantic import ValidationError

from nodes.caps import AgentCaps
from nodes.lanes.matching import fold
from nodes.ownership import Customer
from nodes.tools import AnyTool, Owned, Said, ToolContext, ToolInput, marked
from state.conversation import Reply
from state.effect import SideEffect

RefusalCode = Literal["unknown_tool", "bad_arguments", "not_said", "not_owned", "too_many_calls", "too_late"]
By = Literal["model", "steps"]

_SHORTEST_SAID: Final = 3
"""Letters and digits of what may stand within other words; less has to be a word of its own: "Bo"."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done; where not `acts`, only what comes before the act: the tool asks for what it lacks."""

    tool: AnyTool
    asked: ToolInput
    acts: bool = True


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The customer has to be asked first, in these words."""

    tool: AnyTool
    asked: ToolInput
    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not done; `reason` is for whoever proposed it and holds nothing of other customers.

    `asked` is what was asked for, where that could be read; `reply` is what the tool has the customer told instead.
    """

    code: RefusalCode
    reason: str
    asked: ToolInput | None = None
    reply: Reply | None = None


Judgement = Allowed | Unconfirmed | Refused


@dataclass(slots=True)
class Spent:
    """What a turn's calls used up so far; `late` tells when its seconds are over."""

    calls: int = 0
    by_tool: Counter[str] = field(default_factory=Counter)
    late: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one lane.

    Attributes:
        tools: the allow-list, by name.
        caps: of a turn.
    """

    tools: Mapping[str, AnyTool]
    caps: AgentCaps

    async def judge(
        self, name: str, args: object, context: ToolContext, spent: Spent, *, by: By = "steps", confirmed: str = ""
    ) -> Judgement:
        """Return whether the call may be made.

        `args` is a `ToolInput`, or what a model proposed; `confirmed` are the words the customer said yes to.

        Raises:
            LanewayError: the records that say whose something is can't be reached.
        """
        tool = self.tools.get(name)
        if tool is None:
            return Refused("unknown_tool", f"There is no such tool here. There are: {', '.join(self.tools)}.")
        asked = self._over(tool, spent) or _checked(tool, args)
        if isinstance(asked, Refused):
            return asked
        refused = _unsaid(asked, context) or await _foreign(asked, context)
        if refused:
            return replace(refused, asked=asked)
        if tool.asks is None or _requested(tool, context, by):
            return Allowed(tool, asked)
        words = await tool.asks(asked, context)
        if words is None or words == confirmed:
            return Allowed(tool, asked, acts=words is not None)
        return Unconfirmed(tool, asked, words)

    def _over(self, tool: AnyTool, spent: Spent) -> Refused | None:
        if spent.calls >= self.caps.calls or spent.by_tool[tool.name] >= tool.at_most:
            return Refused("too_many_calls", "No more of this in one turn. Answer with what is known.")
        if spent.late:
            return Refused("too_late", "The time for this turn is over. Answer with what is known.")
        return None


def _requested(tool: AnyTool, context: ToolContext, by: By) -> bool:
    """Tell whether the customer has just asked for exactly this."""
    intent = context.ports.tenant.intent(context.state["intent"])
    return by == "steps" and intent is not None and intent.answer.action in tool.requested_by


def _checked(tool: AnyTool, args: object) -> ToolInput | Refused:
    try:
        checked: ToolInput = tool.takes.model_validate(args)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        return Refused("bad_arguments", f"{where[:80]}: {first['msg'][:200]}.")
    return checked


def _unsaid(asked: ToolInput, context: ToolContext) -> Refused | None:
    texts = [turn.text for turn in context.state["turns"]]
    said, words = [_squeezed(text) for text in texts], [{_squeezed(one) for one in text.split()} for text in texts]
    for _, value in marked(asked, Said):
        if not value:
            continue
        squeezed = _squeezed(value)
        heard = said if len(squeezed) >= _SHORTEST_SAID else words
        if not squeezed or not any(squeezed in one for one in heard):
            return Refused("not_said", "The customer did not give this. Ask for it.")
    return None


async def _foreign(asked: ToolInput, context: ToolContext) -> Refused | None:
    customer = Customer.of(context.state)
    for mark, ref in marked(asked, Owned):
        owner = context.ports.owners.get(mark.kind)
        if owner is None or not await owner.owns(customer, ref):
            return Refused("not_owned", f"This customer has no such {mark.kind}, as far as is known.")
    return None


def _squeezed(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())


def irreversible(tool: AnyTool) -> bool:
    """Tell whether a tool can't be taken back."""
    return tool.effect is SideEffect.IRREVERSIBLE
