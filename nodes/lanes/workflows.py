"""Start a workflow that a customer asks for ("review this contract", with a file), and tell how it went."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from langgraph.runtime import Runtime
from pydantic import JsonValue

from nodes.chat_workflows import EVENT, ChatWorkflows, Standing
from nodes.lanes.matching import fold
from nodes.ports import Ports
from prompts.tenant import Tenant, in_locale
from prompts.workflows import OfferedWorkflow
from state.conversation import Conversation, Reply
from state.effect import EffectName, SideEffect
from state.errors import LanewayError, NotDoneError
from state.turn import MediaPart, SystemPart, TextPart, Turn

ENOUGH: Final = 300
"""Characters from which a message is a document by itself."""
_NEAR: Final = 40
"""Characters between what is asked and what it is about."""
_NODE: Final = "workflow"
_READABLE: Final = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml", "text/")
_SHOWN: Final = 3


async def answer_workflow(state: Conversation, runtime: Runtime[Ports]) -> Reply | None:
    """Return the answer to a wish for a workflow, or to news of one; None when the turn is about neither."""
    turn, workflows, tenant = state["turns"][-1], runtime.context.workflows, runtime.context.tenant
    if workflows is None or tenant.workflows is None:
        return None
    if is_news(turn):
        return await answer_news(state, runtime)
    offered = wished(turn.text, tenant.workflows.offered)
    if offered is None:
        return None
    document = document_of(turn, tenant)
    if document is None:
        return Reply(_say(tenant, "send_it", turn.locale, least=ENOUGH), awaiting="document")
    return await _started(state, runtime, workflows, offered, document)


def is_news(turn: Turn) -> bool:
    """Tell whether a turn is nothing that anybody wrote, but news of a run that the session waits for."""
    return any(isinstance(part, SystemPart) and part.event == EVENT for part in turn.parts)


async def answer_news(state: Conversation, runtime: Runtime[Ports], *, ends_only: bool = False) -> Reply | None:
    """Return how the run stands that a turn has news of; None where nothing is known of it.

    With `ends_only`, a run that still goes on is not told of: somebody else is talking.
    """
    turn, workflows, tenant = state["turns"][-1], runtime.context.workflows, runtime.context.tenant
    if workflows is None or tenant.workflows is None:
        return None
    run = next(part.text for part in turn.parts if isinstance(part, SystemPart) and part.event == EVENT)
    standing = await workflows.standing(run or "")
    if standing is None or (ends_only and not standing.over):
        return None
    return Reply(told(standing, tenant, turn.locale))


async def _started(
    state: Conversation,
    runtime: Runtime[Ports],
    workflows: ChatWorkflows,
    offered: OfferedWorkflow,
    document: JsonValue,
) -> Reply:
    turn, session, tenant = state["turns"][-1], state["session_id"], runtime.context.tenant
    given: dict[str, JsonValue] = {"document": document}

    async def start(key: str) -> JsonValue:
        try:
            return await workflows.start(offered.template, given, session=session, key=key, locale=turn.locale)
        except LanewayError as error:
            raise NotDoneError(error.message, hint=error.hint) from error

    try:
        await runtime.context.effects.once(EffectName(turn.id, _NODE, 0), start, effect=SideEffect.IDEMPOTENT)
    except NotDoneError:
        return Reply(_say(tenant, "not_started", turn.locale))
    return Reply(in_locale(offered.started, turn.locale, tenant.profile.default_locale))


def wished(text: str, offered: Sequence[OfferedWorkflow]) -> OfferedWorkflow | None:
    """Return the workflow that a message asks for, the first one in the shop's order."""
    plain = fold(text[:500])
    for one in offered:
        if any(_pattern(tuple(wish.ask), tuple(wish.about)).search(plain) for wish in one.words.values()):
            return one
    return None


@lru_cache(maxsize=256)
def _pattern(ask: tuple[str, ...], about: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(ask)})\b.{{0,{_NEAR}}}\b(?:{_any(about)})\b")


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(fold(word.removesuffix("*"))) + (r"\w*" if word.endswith("*") else "") for word in words)


def document_of(turn: Turn, tenant: Tenant) -> JsonValue:
    """Return the document that a turn brings: a file that is kept, or the message itself when it is long enough."""
    for part in turn.parts:
        if isinstance(part, MediaPart) and part.stored and part.stored.mime.startswith(_READABLE):
            stored, name = part.stored, part.filename or "document"
            return {"sha256": stored.sha256, "name": name, "mime": stored.mime, "size": stored.size}
    text = "\n\n".join(part.text for part in turn.parts if isinstance(part, TextPart))
    return {"name": _say(tenant, "message", turn.locale), "text": text} if len(text) >= ENOUGH else None


def told(standing: Standing, tenant: Tenant, locale: str) -> str:
    """Return how a run stands, in the shop's words."""
    if not standing.over:
        done, doing = ", ".join(standing.done) or "–", ", ".join(standing.doing) or "–"
        return _say(tenant, "going_on", locale, done=done, doing=doing)
    if standing.status != "completed":
        return _say(tenant, "failed", locale, reason=standing.reason or standing.status)
    output = standing.output if isinstance(standing.output, dict) else {}
    parts = [_say(tenant, "finished", locale, title=output.get("title") or standing.title)]
    parts.append(str(output.get("summary") or output.get("markdown") or "")[:1500])
    parts += [_finding(one) for one in _top(output)]
    return "\n\n".join(part for part in parts if part)


def _say(tenant: Tenant, key: str, locale: str, **values: object) -> str:
    """Return what the shop says; it has its own words for all of it where it offers workflows at all."""
    assert tenant.workflows is not None  # noqa: S101 # whoever calls has looked
    texts: dict[str, str] = getattr(tenant.workflows.says, key)
    return in_locale(texts, locale, tenant.profile.default_locale).format_map(values)


def _top(output: dict[str, Any]) -> list[dict[str, Any]]:
    top = output.get("top")
    return [one for one in top if isinstance(one, dict)][:_SHOWN] if isinstance(top, list) else []


def _finding(one: dict[str, Any]) -> str:
    return f"• {one.get('title', '')}: {one.get('explanation', '')} {one.get('suggestion', '')}".rstrip()
