"""One reply to a message that asks several things: each lane's agent answers its own part."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from langgraph.runtime import Runtime

from nodes.lanes.commerce import commerce
from nodes.lanes.consent import CONFIRMATION
from nodes.lanes.helping.each_order import answered, asked_of_each, noted, waiting, without_waiting
from nodes.lanes.helping.numbers import PRINTED
from nodes.lanes.info import info
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.proof import NUMBER, PROOF
from nodes.lanes.support import support
from nodes.lanes.unfinished import SPEAKS_FOR_ITSELF
from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate, Reply
from state.decision import AlsoAsked, Lane

Agent = Callable[[Conversation, Runtime[Ports]], Awaitable[ConversationUpdate]]

_AGENTS: Final[Mapping[Lane, Agent]] = {"info": info, "commerce": commerce, "support": support}
"""Nobody is called by the second half of a message."""

_KEPT: Final = frozenset({"slots", "cart", "ticket_id", "proposal"})
"""What a part may change in the conversation beside the answer."""
_MOST_CHOICES: Final = 3
_SPOKEN_OF: Final = ("order", "business")
"""The slots that say what the next message goes on about."""


async def with_the_rest(state: Conversation, runtime: Runtime[Ports], reply: Reply) -> tuple[Reply, ConversationUpdate]:
    """Return the reply with the answers to what else was asked, and what those change in the conversation.

    The other parts are answered without a model: one has read the whole message. A reply that asks for something stands
    last, so that the question is what the customer reads last. Only one question to be confirmed is asked at a time;
    a second part that needs one is named as still open.
    """
    decision, changed = state["decision"], ConversationUpdate()
    if decision is None or state["error"] is not None or state["current_lane"] == "handoff":
        return reply, changed
    replies = [reply]
    steps = runtime.override(context=replace(runtime.context, chat=None))
    phrasing = Phrasing(runtime.context.tenant, state["turns"][-1].locale)
    slots = state["slots"]
    for one in _also(state, runtime.context, decision.also):
        agent = _AGENTS.get(one.lane)
        if agent is None:
            continue
        update = await agent(_about(cast("Conversation", {**state, **changed}), one), steps)
        answer = update.get("reply")
        if answer and answer.awaiting == CONFIRMATION and any(said.awaiting == CONFIRMATION for said in replies):
            replies.append(Reply(phrasing.say("still_open", what=f"«{one.text}»")))
            continue
        if answer and answer.awaiting == PROOF and reply.awaiting in {PROOF, NUMBER}:
            slots = noted(slots, one)
            changed = {**changed, "slots": noted(changed.get("slots", state["slots"]), one)}
            continue
        kept = {key: value for key, value in update.items() if key in _KEPT}
        changed = cast("ConversationUpdate", {**changed, **kept})
        replies += [answer] if answer and answer.text != reply.text else []
    if len(replies) == 1:
        return reply, changed
    whole = as_one(replies)
    if "slots" in changed and (whole.awaiting == reply.awaiting or not _asks(whole)):
        changed["slots"] = {**changed["slots"], **{key: slots[key] for key in _SPOKEN_OF if key in slots}}
    return whole, changed


def _also(state: Conversation, ports: Ports, also: Sequence[AlsoAsked]) -> list[AlsoAsked]:
    """Return what is asked beside what the lane answered: of other orders, too, and what waited for whose they are."""
    if ports.chat is not None:
        return list(also)
    tenant = ports.tenant
    each, before = asked_of_each(state["turns"][-1].text, tenant), waiting(state["slots"])
    mine = answered(state, tenant) if state["current_lane"] == "support" else None
    others = [one for one in also if not each or not PRINTED.search(one.text)]
    return [*others, *(one for one in each if one != mine), *([before] if before and not each else [])]


def _about(state: Conversation, one: AlsoAsked) -> Conversation:
    """Return the state as if the message had asked this one thing."""
    turn = replace(state["turns"][-1], text=one.text, lane=one.lane, intent=one.intent)
    asked = {**state, "turns": [*state["turns"][:-1], turn], "intent": one.intent, "awaiting": None}
    return cast("Conversation", asked | {"current_lane": one.lane, "slots": without_waiting(state["slots"])})


def as_one(replies: list[Reply]) -> Reply:
    """Return several replies as one, what asks for something last; no paragraph is said twice."""
    ordered = sorted(replies, key=lambda reply: (_asks(reply), reply.awaiting == CONFIRMATION))
    last = ordered[-1]
    by_weight = [last, *ordered[:-1]] if _asks(last) else ordered
    choices = list({choice.id: choice for reply in by_weight for choice in reply.choices}.values())
    most = max(_MOST_CHOICES, len(last.choices) if _asks(last) else 0)
    return Reply(
        text="\n\n".join(_once(reply.text for reply in ordered)),
        sources=list({(source.kind, source.ref): source for reply in ordered for source in reply.sources}.values()),
        choices=last.choices if last.awaiting == CONFIRMATION else choices[:most],
        awaiting=last.awaiting,
        link=next((reply.link for reply in ordered if reply.link), None),
        attachment=next((reply.attachment for reply in ordered if reply.attachment), None),
    )


def _once(texts: Iterable[str]) -> list[str]:
    """Return the paragraphs of several texts, each once."""
    return list(dict.fromkeys(paragraph for text in texts for paragraph in text.split("\n\n")))


def _asks(reply: Reply) -> bool:
    return reply.awaiting is not None and reply.awaiting not in SPEAKS_FOR_ITSELF
