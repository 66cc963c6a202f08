"""What a run hears: messages in its session's inbox."""

from server.clock import now_ms
from state.ids import MessageId, SessionId, new_message_id, new_turn_id
from state.plan_run import PlanRun
from state.turn import InboundMessage, TextPart


def message_to(run: PlanRun, what: str, key: str | None = None) -> InboundMessage:
    """Return a message that has a run taken up; one with the same `key` again is none."""
    return InboundMessage(
        id=MessageId(key) if key else new_message_id(),
        turn_id=new_turn_id(),
        session_id=SessionId(run.id),
        tenant_id=run.tenant,
        channel="workflow",
        parts=[TextPart(what)],
        at=now_ms(),
        locale=run.locale,
    )
