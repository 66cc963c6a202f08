"""Start a workflow that a customer asks for ("review this contract", with a file), and tell how it went."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from langgraph.runtime import Runtime
from pydantic import JsonValue, TypeAdapter

from nodes.chat_workflows import EVENT, ChatWorkflows, Standing
from nodes.lanes.matching import fold
from nodes.ports import Ports
from state.conversation import Conversation, Reply
from state.effect import EffectName, SideEffect
from state.errors import LanewayError, NotDoneError
from state.turn import MediaPart, SystemPart, TextPart, Turn

ENOUGH: Final = 300
"""Characters from which a message is a document by itself."""
_TEMPLATES: Final = ("multi_agent_review", "document_processing")
_TEXTS: Final = TypeAdapter(dict[str, dict[str, str]])
_NODE: Final = "workflow"
_READABLE: Final = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml", "text/")
_SHOWN: Final = 3


async def answer_workflow(state: Conversation, runtime: Runtime[Ports]) -> Reply | None:
    """Return the answer to a wish for a workflow, or to news of one; None when the turn is about neither."""
    turn, workflows = state["turns"][-1], runtime.context.workflows
    if workflows is None:
        return None
    for part in turn.parts:
        if isinstance(part, SystemPart) and part.event == EVENT:
            standing = await workflows.standing(part.text or "")
            return Reply(told(standing, turn.locale)) if standing else None
    template = wished(turn.text, workflows.offered)
    if template is None:
        return None
    document = document_of(turn)
    if document is None:
        return Reply(_texts(turn.locale)["send_it"].format(least=ENOUGH), awaiting="document")
    return await _started(state, runtime, workflows, template, document)


async def _started(
    state: Conversation,
    runtime: Runtime[Ports],
    workflows: ChatWorkflows,
    template: str,
    document: JsonValue,
) -> Reply:
    turn, session = state["turns"][-1], state["session_id"]

    async def start(key: str) -> JsonValue:
        try:
            return await workflows.start(template, {"document": document}, session=session, key=key, locale=turn.locale)
        except LanewayError as error:
            raise NotDoneError(error.message, hint=error.hint) from error

    try:
        await runtime.context.effects.once(EffectName(turn.id, _NODE, 0), start, effect=SideEffect.IDEMPOTENT)
    except NotDoneError:
        return Reply(_texts(turn.locale)["not_started"])
    return Reply(_texts(turn.locale)[f"started_{template}"])


def wished(text: str, offered: Any) -> str | None:  # noqa: ANN401 # any container of names
    """Return the template that a message asks for, among those that are offered."""
    plain = fold(text[:500])
    for template in _TEMPLATES:
        if template in offered and any(pattern.search(plain) for pattern in _patterns(template)):
            return template
    return None


@cache
def _patterns(template: str) -> list[re.Pattern[str]]:
    return [re.compile(_texts(locale)[f"words_{template}"]) for locale in ("es", "en")]


def document_of(turn: Turn) -> JsonValue:
    """Return the document that a turn brings: a file that is kept, or the message itself when it is long enough."""
    for part in turn.parts:
        if isinstance(part, MediaPart) and part.stored and part.stored.mime.startswith(_READABLE):
            stored, name = part.stored, part.filename or "document"
            return {"sha256": stored.sha256, "name": name, "mime": stored.mime, "size": stored.size}
    text = "\n\n".join(part.text for part in turn.parts if isinstance(part, TextPart))
    return {"name": _texts(turn.locale)["message"], "text": text} if len(text) >= ENOUGH else None


def told(standing: Standing, locale: str) -> str:
    """Return how a run stands, in words."""
    say = _texts(locale)
    if not standing.over:
        return say["going_on"].format(done=", ".join(standing.done) or "–", doing=", ".join(standing.doing) or "–")
    if standing.status != "completed":
        return say["failed"].format(reason=standing.reason or standing.status)
    output = standing.output if isinstance(standing.output, dict) else {}
    parts = [say["finished"].format(title=output.get("title") or standing.title)]
    parts.append(str(output.get("summary") or output.get("markdown") or "")[:1500])
    parts += [_finding(one) for one in _top(output)]
    return "\n\n".join(part for part in parts if part)


@cache
def _texts(locale: str) -> dict[str, str]:
    """Return what is said in a language, in English where there is nothing in it."""
    texts = _TEXTS.validate_python(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))
    return texts.get(locale.partition("-")[0], texts["en"])


def _top(output: dict[str, Any]) -> list[dict[str, Any]]:
    top = output.get("top")
    return [one for one in top if isinstance(one, dict)][:_SHOWN] if isinstance(top, list) else []


def _finding(one: dict[str, Any]) -> str:
    return f"• {one.get('title', '')}: {one.get('explanation', '')} {one.get('suggestion', '')}".rstrip()
