"""What a person who takes a conversation over should know at a glance: who, what, and what was tried."""

from typing import Final

from pydantic import JsonValue

from nodes.lanes.phrasing import Phrasing
from state.conversation import Conversation

_LINES: Final = 5
_LONGEST: Final = 300
_SMALL_TALK: Final = frozenset({"greeting", "thanks", "goodbye", "talk_to_person"})


def summary_of(state: Conversation, phrasing: Phrasing) -> dict[str, JsonValue]:
    """Return the conversation so far in facts; the customer's own words stay as they are.

    Keys: `said` (the last lines of the customer), `tried` (what the assistant answered about, titles in the shop's
    first language), `unanswered` (how often it had no answer), `order`, `cart`, `ticket`, `awaiting`, `links`.
    """
    turns = state["turns"]
    shop = Phrasing(phrasing.tenant, phrasing.tenant.profile.default_locale)
    before = turns[:-1]
    said: list[JsonValue] = [*[turn.text[:_LONGEST] for turn in turns if turn.text][-_LINES:]]
    asked = [turn.intent for turn in before if turn.intent and turn.intent not in _SMALL_TALK and turn.reply]
    found = [phrasing.tenant.intent(name) for name in dict.fromkeys(asked)]
    tried: list[JsonValue] = [shop.local(intent.description) for intent in found if intent]
    facts: dict[str, JsonValue] = {
        "said": said,
        "tried": tried,
        "unanswered": sum(turn.intent is None and bool(turn.reply) for turn in before),
        "links": {
            "turns": f"/v1/sessions/{state['session_id']}/turns",
            "session": f"laneway sessions show {state['session_id']}",
        },
    }
    known = {"order": state["slots"].get("order"), "ticket": state["ticket_id"], "awaiting": state["awaiting"]}
    facts |= {key: value for key, value in known.items() if value}
    if state["cart"]:
        facts["cart"] = ", ".join(f"{line.quantity} × {shop.called(line.sku, line.name)}" for line in state["cart"])
    return facts
