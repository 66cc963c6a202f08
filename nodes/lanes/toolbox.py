"""The tools of one lane in one turn: every use goes through the policy, the ledger and the event log."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from time import perf_counter
from typing import Final, Generic, cast

from langgraph.runtime import Runtime

from nodes.effects import NO_EFFECTS
from nodes.lanes.consent import question
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.policy import Allowed, By, Judgement, Policy, Refused, Spent, Unconfirmed
from nodes.ports import Effects, Ports
from nodes.tools import AnyTool, In, LaneTool, Out, Outcome, ToolContext, ToolInput, ToolOutput, takes_effect
from state.conversation import Conversation, ConversationUpdate, Proposal, Reply
from state.decision import Lane
from state.effect import EffectName
from state.errors import LanewayError, StaleFenceError
from state.events import ToolEnd, ToolStart

_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Done(Generic[Out]):
    """It was done, in this run or an earlier one of the same turn."""

    output: Out
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The customer has to say yes first: `reply` is the question, and the lane ends its turn with it."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Failed:
    """It failed; `error.code` says how. After `ambiguous_effect` nobody knows whether it was done."""

    error: LanewayError


Used = Done[Out] | Asked | Refused | Failed


class Toolbox:
    """A lane's tools at work.

    Attributes:
        state: the conversation with everything that tools changed in this turn.
        update: those changes; a lane's own come on top of it.
    """

    def __init__(self, lane: Lane, tools: Sequence[AnyTool], state: Conversation, runtime: Runtime[Ports]) -> None:
        self.lane = lane
        self.state = state
        self.update: ConversationUpdate = {}
        self.policy = Policy({tool.name: tool for tool in tools}, runtime.context.caps)
        self._runtime = runtime
        self._spent = Spent()
        self._asked_whose = False
        self._until = asyncio.get_running_loop().time() + runtime.context.caps.seconds

    async def use(self, tool: LaneTool[In, Out], asked: In) -> Used[Out]:
        """Use a tool from the lane's own steps."""
        return cast("Used[Out]", await self._use(tool.name, asked, "steps"))

    async def propose(self, name: str, args: object) -> Used[ToolOutput]:
        """Use a tool that a model names, with the arguments it gives, if the policy lets it."""
        return await self._use(name, args, "model")

    async def confirm(self, proposal: Proposal) -> Used[ToolOutput]:
        """Do what the customer said yes to; asks again when what was asked is no longer so."""
        name, args = proposal.tool, proposal.args
        tool = self.policy.tools.get(name)
        asked = tool.takes.model_validate_json(args) if tool else args
        return await self._use(name, asked, "steps", confirmed=proposal.words)

    def change(self, update: ConversationUpdate) -> None:
        """Take over changes of the conversation."""
        self.update = cast("ConversationUpdate", {**self.update, **update})
        self.state = cast("Conversation", {**self.state, **update})

    async def _use(self, name: str, args: object, by: By, confirmed: str = "") -> Used[ToolOutput]:
        began = perf_counter()
        known = name if name in self.policy.tools else _UNKNOWN
        self._runtime.stream_writer(ToolStart(self.lane, known, by))
        outcome = "cancelled"
        try:
            used = await self._judged(name, args, by, confirmed)
        except LanewayError as error:
            outcome = error.code
            raise
        else:
            outcome = _named(used)
            return used
        finally:
            ms = round((perf_counter() - began) * 1000, 3)
            self._runtime.stream_writer(ToolEnd(self.lane, known, ms, outcome))

    async def _judged(self, name: str, args: object, by: By, confirmed: str) -> Used[ToolOutput]:
        context = ToolContext(self.state, self._runtime.context)
        self._spent.late = asyncio.get_running_loop().time() > self._until
        try:
            judgement = await self.policy.judge(name, args, context, self._spent, by=by, confirmed=confirmed)
            self._spent.calls += 1
            self._spent.by_tool[name] += 1
            return self._asked_for_proof(name, judgement, context, by) or await self._carried_out(judgement, context)
        except StaleFenceError:
            raise
        except LanewayError as error:
            return Failed(error)

    def _asked_for_proof(self, name: str, judgement: Judgement, context: ToolContext, by: By) -> Refused | None:
        """Have the customer asked, once in a turn, whose record it is that a model named; the steps ask themselves."""
        if by == "steps" or not isinstance(judgement, Refused) or judgement.code != "not_owned":
            return None
        unproven = self.policy.tools[name].unproven
        if unproven is None or judgement.asked is None or self._asked_whose:
            return None
        self._asked_whose = True
        told = unproven(judgement.asked, context)
        self.change(told.update)
        return replace(judgement, reply=told.reply)

    async def _carried_out(self, judgement: Judgement, context: ToolContext) -> Used[ToolOutput]:
        match judgement:
            case Refused():
                return judgement
            case Unconfirmed(tool=tool, asked=asked, words=words):
                proposal = Proposal(self.lane, tool.name, asked.model_dump_json(), words)
                self.change({"proposal": proposal})
                phrasing = Phrasing(context.ports.tenant, context.turn.locale)
                return Asked(question(proposal, phrasing))
            case Allowed(tool=tool, asked=asked, acts=acts):
                outcome = await self._done(tool, asked, context, NO_EFFECTS if not acts else context.ports.effects)
                self.change(outcome.update)
                return Done(outcome.output, outcome.reply)

    async def _done(
        self, tool: AnyTool, asked: ToolInput, context: ToolContext, effects: Effects
    ) -> Outcome[ToolOutput]:
        if not takes_effect(tool.function):
            return cast("Outcome[ToolOutput]", await tool.function(asked, context))
        inbound = self.state["inbound"]
        turn = inbound.turn_id if inbound else context.turn.id
        place = EffectName(turn, f"{self.lane}.{tool.name}.{_digest(asked)}")
        effect = tool.named(place, effects)
        return cast("Outcome[ToolOutput]", await tool.function(asked, context, effect))


def _digest(asked: ToolInput) -> str:
    return blake2s(asked.model_dump_json().encode(), digest_size=8).hexdigest()


def _named(used: Used[ToolOutput]) -> str:
    match used:
        case Done():
            return "ok"
        case Asked():
            return "asked"
        case Refused(code=code):
            return f"refused:{code}"
        case Failed(error=error):
            return error.code
