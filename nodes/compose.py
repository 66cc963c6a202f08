"""Turn a lane agent's draft into messages, and write it into the turn."""

from dataclasses import replace
from typing import Final, cast

from langgraph.runtime import Runtime

from nodes.lanes.attachments import about_files
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.reminding import with_the_checkout
from nodes.lanes.strangers import speaks_another_language
from nodes.lanes.together import with_the_rest
from nodes.lanes.unfinished import left_question, with_what_is_open
from nodes.ports import Ports
from nodes.splitting import split, split_off_end, units
from state.conversation import Conversation, ConversationUpdate, OutboundMessage, Reply

LONGEST_MESSAGE: Final = 4000
"""UTF-16 units in one message; below the tightest limit of our channels (WhatsApp text: 4,096)."""
LONGEST_WITH_MORE: Final = 1000
"""The same for one with choices, a link or a file (WhatsApp: 1,024)."""
_PRODUCT: Final = "product"
"""What is awaited after no product was found."""
_GUESSED: Final = 0.5
"""Confidence of a lane below which a message in a language we don't speak was guessed at, not understood."""


async def compose(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    """Make the outbound messages, what has to be said of files first and what else was asked last.

    A lane that left no draft gets the shop's words for "I don't know".
    """
    turn = state["turns"][-1]
    phrasing = Phrasing(runtime.context.tenant, turn.locale)
    drafted = state["reply"] or Reply(phrasing.unknown())
    decision = state["decision"]
    guessed = decision is not None and (bool(decision.clarify) or decision.confidence < _GUESSED)
    if speaks_another_language(turn.text):
        lost = guessed or drafted.text == phrasing.unknown() or drafted.awaiting == _PRODUCT
        drafted = _in_another_language(state, phrasing, None if lost else drafted)
    if drafted.silent:
        return {"outbound": [], "awaiting": None, "turns": [replace(turn, reply="")]}
    reply, changed = await with_the_rest(state, runtime, drafted)
    now = cast("Conversation", {**state, **changed})
    again = with_the_checkout(now, reply, runtime.context, phrasing)
    reply = _while_waiting(state, again or with_what_is_open(now, reply, phrasing), phrasing)
    if turn.text and (about := about_files(turn, phrasing)):  # without words it is the answer itself
        reply = replace(reply, text=f"{about}\n\n{reply.text}", reaction="")
    return {
        **changed,
        "slots": now["slots"] if again else left_question(now),
        "reply": reply,
        "outbound": messages(reply),
        "awaiting": reply.awaiting,
        "turns": [replace(turn, reply=reply.text)],
    }


def _while_waiting(state: Conversation, reply: Reply, phrasing: Phrasing) -> Reply:
    """Remind whoever asked for a person, and was answered meanwhile, that one comes."""
    if state["handoff"] is None or state["current_lane"] == "handoff":
        return reply
    return replace(reply, text=f"{reply.text}\n\n{phrasing.say('handoff_still_coming')}")


def _in_another_language(state: Conversation, phrasing: Phrasing, understood: Reply | None) -> Reply:
    """Return, in each of the shop's languages, that we speak these; with the answer where the text was understood.

    Before an answer it is said once in a conversation.
    """
    spoken = phrasing.tenant.profile.locales
    words = "\n".join(replace(phrasing, locale=locale).say("other_language") for locale in spoken)
    if understood is None:
        return Reply(words, choices=phrasing.offer_person())
    if understood.silent or any(speaks_another_language(earlier.text) for earlier in state["turns"][:-1]):
        return understood
    return replace(understood, text=f"{words}\n\n{understood.text}")


def messages(reply: Reply) -> list[OutboundMessage]:
    """Return the messages that say `reply`, in order: each fits into one message of every channel.

    What can be tapped is with the last words. A file goes first and takes the words along where they are few and
    nothing can be tapped. Beside choices, a link is told in words.
    """
    text, link = reply.text.strip(), reply.link
    if link and reply.choices:
        text, link = f"{text}\n{link.label}: {link.url}", None
    captioned = reply.attachment and not reply.choices and not link and units(text) <= LONGEST_WITH_MORE
    if captioned and reply.attachment and reply.attachment.kind != "audio":
        return [OutboundMessage(text, attachment=reply.attachment)]
    first = [OutboundMessage("", attachment=reply.attachment)] if reply.attachment else []
    if not (reply.choices or link):
        pieces = split(text, LONGEST_MESSAGE) or [""]
        return [*first, *(OutboundMessage(piece, reaction=reply.reaction) for piece in pieces)]
    before, last = split_off_end(text, LONGEST_WITH_MORE)
    earlier = [OutboundMessage(piece) for piece in split(before, LONGEST_MESSAGE)]
    return [*first, *earlier, OutboundMessage(last, reply.choices, link)]
