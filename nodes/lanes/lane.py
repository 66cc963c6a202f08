"""A lane's agent: its own steps with its tools, and around them what every lane does alike."""

from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from langgraph.runtime import Runtime

from nodes.lanes.agent import for_a_model, talk
from nodes.lanes.attachments import answer_wish
from nodes.lanes.consent import CHANGING, NO, PLACES, YES, answer_to
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.policy import Refused
from nodes.lanes.toolbox import Asked, Done, Failed, Toolbox
from nodes.lanes.workflows import answer_workflow
from nodes.ports import Ports
from nodes.tools import AnyTool, uses
from state.conversation import Choice, Conversation, ConversationUpdate, Proposal, Reply
from state.decision import Lane
from state.errors import AmbiguousEffectError
from state.turn import ReplyPart

Steps = Callable[[Conversation, Runtime[Ports], Toolbox], Awaitable[ConversationUpdate]]
"""What a lane does without a model: reads the turn, uses tools, and returns its reply with what else it changes.

What tools changed is in `Toolbox.state`; it need not be returned again.
"""


class Agent(Protocol):
    """A lane's node."""

    def __call__(self, state: Conversation, runtime: Runtime[Ports]) -> Awaitable[ConversationUpdate]:
        """Return what changes."""
        ...


def lane(
    name: Lane,
    *tools: AnyTool,
    model: bool = True,
    sourced: bool = False,
    exact: Callable[[Conversation], bool] = lambda _: False,
    worded: Callable[[Conversation, Ports, Reply], Reply] = lambda _, __, reply: reply,
) -> Callable[[Steps], Agent]:
    """Make a lane's node of its steps.

    Before the steps it does what the customer says yes to, or drops it at a no; then a model answers where one is
    configured, unless the lane has no tools or says no to `model`. What the model can't answer the steps do. Of a
    `sourced` lane so are its words that no tool's source supports, and what has a text of the shop's own, a greeting.
    `exact` tells which turns the steps have the only right answer to; `worded` adds to a model's reply what the steps
    add to theirs.
    """

    def declare(steps: Steps) -> Agent:
        @uses(*tools)
        async def agent(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
            box = Toolbox(name, tools, state, runtime)
            update = await _answered(box, state, runtime) or await _about_workflow(state, runtime)
            asks = model and for_a_model(state, runtime.context, tools) and not exact(state)
            if update is None and asks and not _has_words(state, runtime, texts=sourced):
                reply = await talk(box, tools, runtime, sourced=sourced)
                update = {"reply": worded(box.state, runtime.context, reply)} if reply else None
                if update is None:  # what the model's calls changed in the conversation is not kept
                    box = Toolbox(name, tools, state, runtime)
            if update is None:
                update = await steps(state, runtime, box)
            return cast("ConversationUpdate", {**box.update, **update})

        agent.__name__, agent.__qualname__ = steps.__name__, steps.__qualname__
        agent.__module__, agent.__doc__ = steps.__module__, steps.__doc__
        return agent

    return declare


async def _answered(box: Toolbox, state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate | None:
    """Return the answer to a yes or a no to what was proposed; None when the turn is neither."""
    proposal, phrasing = state.get("proposal"), Phrasing(runtime.context.tenant, state["turns"][-1].locale)
    said = answer_to(proposal, state) if proposal and proposal.lane == box.lane else None
    if proposal is None or said is None:
        return {"reply": Reply(phrasing.say("confirm_gone"))} if _tapped(state) else None
    box.change({"proposal": None})
    if said == "no":
        return {"reply": _declined(proposal, phrasing)}
    return {"reply": await _carried_out(proposal, box, phrasing)}


def _declined(proposal: Proposal, phrasing: Phrasing) -> Reply:
    """Ask what is to be otherwise; of an order it may be the cart too."""
    said, choices = phrasing.say("confirm_declined"), phrasing.offer_person()
    if proposal.tool != PLACES:
        return Reply(said, choices=choices)
    cart = [Choice("cart:show", phrasing.say("choice_cart")), Choice("cart:empty", phrasing.say("choice_empty"))]
    return Reply(said, choices=[*cart, *choices], awaiting=CHANGING)


async def _about_workflow(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate | None:
    reply = await answer_workflow(state, runtime)
    return {"reply": reply} if reply else None


async def _carried_out(proposal: Proposal, box: Toolbox, phrasing: Phrasing) -> Reply:
    used = await box.confirm(proposal)
    match used:
        case Done(reply=reply):
            return reply or Reply(phrasing.unknown())
        case Asked(reply=reply):
            return reply
        case Refused():
            return Reply(phrasing.say("confirm_gone"))
        case Failed(error=error):
            if isinstance(error, AmbiguousEffectError):
                return Reply(phrasing.say("confirm_doubt"), choices=phrasing.offer_person())
            raise error


def _has_words(state: Conversation, runtime: Runtime[Ports], *, texts: bool) -> bool:
    """Tell whether the answer has words of the shop's own: to a wish for no messages, an errand, what has a text."""
    tenant, turn = runtime.context.tenant, state["turns"][-1]
    intent = tenant.intent(state["intent"])
    if intent is not None and (intent.answer.errand or (texts and intent.answer.text is not None)):
        return True
    return answer_wish(turn, Phrasing(tenant, turn.locale)) is not None


def _tapped(state: Conversation) -> bool:
    parts = state["turns"][-1].parts
    return any(isinstance(part, ReplyPart) and part.id.startswith((f"{YES}:", f"{NO}:")) for part in parts)
