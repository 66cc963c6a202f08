"""The handoff lane: a person was asked for, or the conversation is with one."""

from langgraph.runtime import Runtime

from nodes.lanes.attachments import answer_wish
from nodes.lanes.calendar import Moment, moment
from nodes.lanes.phrasing import Phrasing
from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate, Handoff, Reply


async def handoff(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Mark the conversation for the team, keep out of the way while it is marked, or take it back."""
    turn, ports = state["turns"][-1], runtime.context
    phrasing = Phrasing(ports.tenant, turn.locale)
    if wished := answer_wish(turn, phrasing):
        return {"reply": wished}
    intent = ports.tenant.intent(state["intent"])
    if intent is not None and intent.answer.action == "end_handoff":
        reply = Reply(phrasing.say("handoff_closed"), choices=phrasing.main_choices())
        return {"reply": reply, "handoff": None, "current_lane": "info"}
    back = phrasing.offers(("end_handoff", "choice_back"))
    now = ports.clock.now()
    here = moment(ports.tenant.hours, now, ports.tenant.profile.timezone)
    if state["handoff"] is not None:
        return {"reply": Reply(_waiting(phrasing, here), choices=back)}
    opened = Handoff(reason=turn.intent or "requested", at=int(now.timestamp() * 1000))
    if here.open_until is not None:
        text = phrasing.say("handoff_opened_open")
    else:
        opens = phrasing.when(here.opens_at, here.today.date) if here.opens_at else "—"
        text = phrasing.say("handoff_opened_closed", opens=opens)
    return {"reply": Reply(text, choices=back), "handoff": opened}


def _waiting(phrasing: Phrasing, here: Moment) -> str:
    if here.open_until is not None or here.opens_at is None:
        return phrasing.say("handoff_waiting")
    return phrasing.say("handoff_waiting_closed", opens=phrasing.when(here.opens_at, here.today.date))
