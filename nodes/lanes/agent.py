"""A lane's model: it proposes calls, the policy decides, and what it writes streams as it comes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final, cast

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langgraph.runtime import Runtime

from nodes.lanes.briefing import briefing, definition, result_text
from nodes.lanes.grounding import unsupported
from nodes.lanes.phrasing import Phrasing
from nodes.lanes.policy import Refused
from nodes.lanes.toolbox import Asked, Done, Toolbox
from nodes.ports import Ports
from nodes.tools import AnyTool
from prompts.tenant import Tenant
from state.conversation import Conversation, Reply
from state.errors import ModelError
from state.events import Log, MessageDelta
from state.turn import MediaPart, TextPart

_MOST_CHOICES: Final = 10
_NOTHING_FOUND: Final = "nothing_found"
_ENOUGH_WORDS: Final = 8
_SURE: Final = 0.95
"""From so many words on, and with this probability, an answer is not in the customer's language."""


class GivenUpError(Exception):
    """The model's turn ends without an answer of its own; `reason` is a stable name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Used:
    """What the turn's model calls used up, and what its tools gave."""

    wrote: bool = False
    tokens: int = 0
    cost_usd: float = 0.0
    replies: list[Reply] = field(default_factory=list)
    results: list[str] = field(default_factory=list)


def for_a_model(state: Conversation, ports: Ports, tools: Sequence[AnyTool]) -> bool:
    """Tell whether a model answers this turn: one is there, and the customer wrote something.

    What is tapped, a cart, a file, a bare number that nothing asked for or a question that is open between two lanes
    has an exact answer without one.
    """
    turn, decision = state["turns"][-1], state["decision"]
    plain = all(isinstance(part, TextPart) or (isinstance(part, MediaPart) and part.transcript) for part in turn.parts)
    unclear = decision is not None and bool(decision.clarify)
    says = any(map(str.isalpha, turn.text)) or (bool(turn.text) and state["awaiting"] is not None)
    return bool(ports.chat and ports.prompt and tools and says and plain and not unclear)


async def talk(
    box: Toolbox, tools: Sequence[AnyTool], runtime: Runtime[Ports], *, sourced: bool = False
) -> Reply | None:
    """Return the model's answer, or None when the lane's own steps have to give it.

    Every failure, cap and unsupported answer is told as a `Log` event; `sourced` wants a source for any answer.
    """
    caps = runtime.context.caps
    until = asyncio.get_running_loop().time() + caps.seconds
    deadline = runtime.context.deadline
    try:
        async with asyncio.timeout_at(min(until, deadline) if deadline else until):
            return await _rounds(box, tools, runtime, sourced=sourced)
    except ModelError as error:
        reason: str = error.outcome
    except GivenUpError as error:
        reason = error.reason
    except TimeoutError:
        reason = "timeout"
    if reason != _NOTHING_FOUND:  # the steps say so, or find it
        runtime.stream_writer(Log("warning", "agent.degraded", {"lane": box.lane, "reason": reason}))
    return None


async def _rounds(box: Toolbox, tools: Sequence[AnyTool], runtime: Runtime[Ports], *, sourced: bool) -> Reply:
    ports, used = runtime.context, _Used()
    if ports.chat is None or ports.prompt is None:
        raise GivenUpError("unavailable")
    messages = briefing(box, ports.tenant, ports.prompt(box.state["session_id"]))
    model = ports.chat.bind_tools([definition(tool) for tool in tools])
    for _ in range(ports.caps.rounds):
        answer = await _said(model, messages, runtime, again=used.wrote)
        used.wrote = used.wrote or bool(answer.text)
        _pay(answer, used, ports)
        if not answer.tool_calls:
            return _reply(answer.text, used, box.state, ports, sourced=sourced)
        messages.append(AIMessage(answer.text, tool_calls=answer.tool_calls))
        asked = await _call(answer, box, messages, used)
        if asked:
            return asked
    raise GivenUpError("too_many_rounds")


async def _said(model: Any, messages: list[BaseMessage], runtime: Runtime[Ports], *, again: bool) -> AIMessageChunk:  # noqa: ANN401 # LangChain's
    """Return what the model says, told as it comes; after words of an earlier round (`again`) in a new paragraph."""
    whole: AIMessageChunk | None = None
    async for chunk in model.astream(messages):
        if chunk.text:
            runtime.stream_writer(MessageDelta(0, f"\n\n{chunk.text}" if again else chunk.text))
            again = False
        whole = chunk if whole is None else whole + chunk
    if whole is None:
        raise GivenUpError("malformed")
    return whole


def _pay(answer: AIMessageChunk, used: _Used, ports: Ports) -> None:
    usage = answer.usage_metadata
    used.tokens += usage["total_tokens"] if usage else 0
    used.cost_usd += cast("float", answer.response_metadata.get("cost_usd") or 0.0)
    caps = ports.caps
    if 0 < caps.tokens < used.tokens or 0 < caps.cost_usd < used.cost_usd:
        raise GivenUpError("over_budget")


async def _call(answer: AIMessageChunk, box: Toolbox, messages: list[BaseMessage], used: _Used) -> Reply | None:
    """Use the tools that the model calls, in its order; returns the question when the customer has to be asked."""
    for call in answer.tool_calls:
        done = await box.propose(call["name"], call["args"])
        if isinstance(done, Asked):
            return done.reply
        if isinstance(done, Done | Refused) and done.reply:
            used.replies.append(done.reply)
        told = result_text(done)
        used.results.append(told)
        status = "success" if isinstance(done, Done) else "error"
        messages.append(ToolMessage(told, tool_call_id=call["id"] or "", status=status))
    return None


def _evidence(state: Conversation, tenant: Tenant, results: list[str]) -> str:
    """Return what an answer may rest on: the shop's contact, what tools said, and what the shop said before."""
    contact, slots = tenant.profile.contact.model_dump().values(), state["slots"]
    noted = [slots.get("order", ""), slots.get("return", ""), state["ticket_id"] or ""]  # others hold customers' words
    return "\n".join([*map(str, contact), *noted, *map(unescape, results), *(turn.reply for turn in state["turns"])])


def _check(text: str, used: _Used, state: Conversation, ports: Ports, *, sourced: bool) -> None:
    """Raise `GivenUpError` where a model's words hold what nothing supports, or can't be read by the customer."""
    heard = "\n".join(turn.text for turn in state["turns"])
    if unsupported(text, _evidence(state, ports.tenant, used.results), heard):
        raise GivenUpError("unsupported")
    locale = state["turns"][-1].locale
    if used.replies and all(reply.text == Phrasing(ports.tenant, locale).unknown() for reply in used.replies):
        raise GivenUpError(_NOTHING_FOUND)
    if sourced and not any(reply.sources for reply in used.replies):
        raise GivenUpError("unsupported")
    detected, probability = ports.languages.detect(text)
    if len(text.split()) >= _ENOUGH_WORDS and probability >= _SURE and detected[:2] != locale[:2]:
        raise GivenUpError("wrong_language")


def _reply(text: str, used: _Used, state: Conversation, ports: Ports, *, sourced: bool) -> Reply:
    """Return the model's words with what can be tapped, opened and looked up of the tools' own replies."""
    _check(text, used, state, ports, sourced=sourced)
    replies = used.replies
    return Reply(
        text=text.strip(),
        sources=list({(source.kind, source.ref): source for reply in replies for source in reply.sources}.values()),
        choices=next((reply.choices for reply in reversed(replies) if reply.choices), [])[:_MOST_CHOICES],
        awaiting=replies[-1].awaiting if replies else None,
        link=next((reply.link for reply in reversed(replies) if reply.link), None),
        attachment=next((reply.attachment for reply in reversed(replies) if reply.attachment), None),
    )
