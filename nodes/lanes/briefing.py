"""What a lane's model reads: the rules and the shop, the dialogue and the message as delimited data."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from babel import Locale
from babel.dates import format_datetime
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from nodes.lanes.policy import Refused
from nodes.lanes.toolbox import Asked, Done, Failed, Toolbox, Used
from nodes.tools import AnyTool, ToolOutput
from prompts.tenant import Tenant, in_locale
from prompts.versions import PromptFile
from state.conversation import Conversation
from state.errors import NotDoneError
from state.turn import Turn

_TURNS: Final = 8
_LONGEST: Final = 1500
"""Characters of one message that are shown."""
_LONGEST_RESULT: Final = 6000


def briefing(box: Toolbox, tenant: Tenant, prompt: PromptFile) -> list[BaseMessage]:
    """Return the system and the user message for a lane's turn.

    The time of day is the message's own, so that a turn that runs again asks the same.
    """
    state = box.state
    turn, profile = state["turns"][-1], tenant.profile
    spec = next((one for one in tenant.lanes if one.name == box.lane), None)
    here = datetime.fromtimestamp(turn.at / 1000, UTC).astimezone(ZoneInfo(profile.timezone))
    system, user = prompt.filled(
        {
            "shop": profile.name,
            "lane": in_locale(spec.title, "en", profile.default_locale) if spec else box.lane,
            "about": in_locale(spec.description, "en", profile.default_locale) if spec else "",
            "tone": in_locale(profile.tone, turn.locale, profile.default_locale),
            **profile.contact.model_dump(),
            "language": Locale.parse(turn.locale).get_display_name("en") or turn.locale,
            "when": format_datetime(here, "EEEE d MMMM y, HH:mm", locale="en"),
            "open": _open(state),
            "dialogue": _dialogue(state["turns"][:-1]),
            "message": turn.text[:_LONGEST],
        }
    )
    return [SystemMessage(system), HumanMessage(user)]


def definition(tool: AnyTool) -> dict[str, Any]:
    """Return a tool as models are offered it."""
    schema = tool.takes.model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    example = tool.example.model_dump_json(exclude_none=True)
    described = f"{tool.description}\n\nExample: {example}"
    return {"type": "function", "function": {"name": tool.name, "description": described, "parameters": schema}}


def result_text(used: Used[ToolOutput]) -> str:
    """Return what a model is told of a tool's use: data between tags, nothing in it can close them."""
    match used:
        case Done(output=output, reply=reply):
            facts: dict[str, Any] = {"result": output.model_dump(mode="json")}
            if reply:
                facts["wording"] = reply.text
        case Asked():
            facts = {"asked": "The customer has been asked to confirm. Stop here."}
        case Refused(code=code, reason=reason, reply=reply):
            facts = {"refused": code, "reason": reason, **({"wording": reply.text} if reply else {})}
        case Failed(error=NotDoneError() as error):
            facts = {"failed": error.code, "reason": str(error)}
        case Failed(error=error):
            facts = {"failed": error.code}
    return f"<data>{escape(orjson.dumps(facts).decode()[:_LONGEST_RESULT], quote=False)}</data>"


def _open(state: Conversation) -> str:
    lines = [f"in the cart: {line.quantity} x {line.name} ({line.sku})" for line in state["cart"]]
    if state["ticket_id"]:
        lines.append(f"ticket: {state['ticket_id']}")
    proposal = state.get("proposal")
    if proposal:
        lines.append(f"waits for the customer's yes: {proposal.words}")
    decision = state["decision"]
    if decision is not None:
        lines += [f"answered by others, not by you: {one.text}" for one in decision.also]
    lines += [f"{name}: {value}" for name, value in state["slots"].items()]
    return "\n".join(line[:_LONGEST] for line in lines) or "nothing"


def _dialogue(turns: Sequence[Turn]) -> str:
    lines = []
    for turn in turns[-_TURNS:]:
        lines.append(f"customer: {turn.text[:_LONGEST]}")
        if turn.reply:
            lines.append(f"shop: {turn.reply[:_LONGEST]}")
    return "\n".join(lines) or "none"
