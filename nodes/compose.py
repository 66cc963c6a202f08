"""Turn a lane agent's draft into messages, and write it into the turn."""

from dataclasses import replace
from typing import Final

from langgraph.runtime import Runtime

from nodes.lanes.phrasing import Phrasing
from nodes.ports import Ports
from state.conversation import Conversation, ConversationUpdate, OutboundMessage, Reply

LONGEST_MESSAGE: Final = 4000
"""Characters in one message; below the tightest limit of our channels (WhatsApp text: 4,096)."""
LONGEST_WITH_CHOICES: Final = 1000
"""The same for a message with buttons or a list (WhatsApp: 1,024)."""


async def compose(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Make the outbound messages; a lane that left no draft gets the shop's words for "I don't know"."""
    turn = state["turns"][-1]
    reply = state["reply"] or Reply(Phrasing(runtime.context.tenant, turn.locale).unknown())
    pieces = split(reply.text)
    if reply.choices:
        pieces = [*pieces[:-1], *split(pieces[-1], LONGEST_WITH_CHOICES)]
    messages = [OutboundMessage(text) for text in pieces[:-1]] + [OutboundMessage(pieces[-1], reply.choices)]
    return {
        "reply": reply,
        "outbound": messages,
        "awaiting": reply.awaiting,
        "turns": [replace(turn, reply=reply.text)],
    }


def split(text: str, longest: int = LONGEST_MESSAGE) -> list[str]:
    """Cut `text` into pieces of at most `longest` characters, at paragraphs, else lines, else words."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > longest:
        window = rest[: longest + 1]
        cut = max(window.rfind("\n\n"), 0) or max(window.rfind("\n"), 0) or max(window.rfind(" "), 0) or longest
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]
