"""Decide where the turn goes."""

from dataclasses import replace
from typing import Literal, cast

from langgraph.errors import NodeError
from langgraph.runtime import Runtime
from langgraph.types import Command

from nodes.lanes.clarifying import CHOICE
from nodes.lanes.consent import CONFIRMATION
from nodes.lanes.unfinished import taken_up
from nodes.ports import Ports, RouteRequest
from state.conversation import Conversation, ConversationUpdate
from state.decision import LANES, Lane, RouterDecision, Stage
from state.errors import RecordsUnavailableError
from state.events import RouteDecided
from state.turn import ReplyPart


async def route_intent(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Decide which lane answers this turn, and why."""
    again = taken_up(state) if state["handoff"] is None else None
    turns, awaiting = again or (state["turns"], state["awaiting"])
    decision = await runtime.context.router.decide(
        RouteRequest(
            turns=turns,
            current_lane=cast("Lane | None", turns[-2].lane) if again else _lane_of(state),
            handoff_open=state["handoff"] is not None,
            handoff_waiting=await _waits(state, runtime.context),
            cart_open=bool(state["cart"]),
            awaiting=awaiting,
            session=state["session_id"],
        )
    )
    runtime.stream_writer(RouteDecided("route_intent", decision))
    routed = _routed(state, decision)
    resumes = again is not None and decision.lane == turns[-2].lane
    return {**routed, "awaiting": awaiting} if resumes else routed


async def _waits(state: Conversation, ports: Ports) -> bool:
    """Tell whether a person was asked for and nobody has taken the conversation yet, as far as the records say."""
    opened = state["handoff"]
    if opened is None or not opened.number or ports.cases is None:
        return False
    try:
        case = await ports.cases.get(state["tenant_id"], opened.number)
    except RecordsUnavailableError:
        return False
    return case is not None and case.status == "open"


def _lane_of(state: Conversation) -> Lane | None:
    """Return the lane that the conversation is in: where a yes is waited for, that which asked."""
    proposal = state.get("proposal")
    return proposal.lane if proposal and state["awaiting"] == CONFIRMATION else state["current_lane"]


def route_failed(
    state: Conversation, error: NodeError, runtime: Runtime[Ports]
) -> Command[Literal["info", "commerce", "support", "handoff"]]:
    """Go on without a decision: the lane the conversation is in, else info, marked as degraded."""
    lane: Lane = state["current_lane"] or "info"
    reason = f"The router failed ({type(error.error).__name__}); the turn stays in {lane}."
    decision = RouterDecision(
        lane=lane,
        intent=None,
        confidence=0.0,
        probabilities=dict.fromkeys(LANES, 0.0),
        out_of_scope=1.0,
        reason=reason,
        chain=[Stage("fallback", fired=True, reason=reason, lane=lane)],
        degraded=True,
    )
    runtime.stream_writer(RouteDecided("route_intent", decision))
    return Command(update=_routed(state, decision), goto=lane)


async def chosen_lane(state: Conversation) -> Lane:
    """Return the lane of the decision: the edge out of `route_intent`.

    Async although it waits for nothing: LangGraph sends a plain function to a thread, which costs more than the edge.
    """
    decision = state["decision"]
    return decision.lane if decision else "info"


def _routed(state: Conversation, decision: RouterDecision) -> ConversationUpdate:
    turn = replace(state["turns"][-1], lane=decision.lane, intent=decision.intent, text=_meant(state))
    return {"decision": decision, "current_lane": decision.lane, "intent": decision.intent, "turns": [turn]}


def _meant(state: Conversation) -> str:
    """Return the turn's text; a tap that says which of two things was meant stands for the text that left it open."""
    *before, turn = state["turns"]
    tapped = any(isinstance(part, ReplyPart) and part.id.startswith("intent:") for part in turn.parts)
    return before[-1].text if before and tapped and state["awaiting"] == CHOICE else turn.text
