"""Start a workflow that a customer asks for ("review this contract", with a file), and tell how it went."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from langgraph.runtime import Runtime
from pydantic import JsonValue

from nodes.chat_workflows import EVENT, ChatWorkflows, Standing
from nodes.lanes.matching import fold
from nodes.lanes.reports import findings_of, output_of, report_file, whole_report
from nodes.ports import Ports
from prompts.tenant import Tenant, in_locale
from prompts.workflows import OfferedWorkflow, Wish
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
        return await _report(state, workflows, tenant)
    document = document_of(turn, tenant)
    if document is None:
        return Reply(_say(tenant, "send_it", turn.locale, least=ENOUGH), awaiting="document")
    return await _started(state, runtime, workflows, offered, document)


def is_news(turn: Turn) -> bool:
    """Tell whether a turn is nothing that anybody wrote, but news of a run that the session waits for."""
    return any(isinstance(part, SystemPart) and part.event == EVENT for part in turn.parts)


def run_of(turn: Turn) -> str:
    """Return the run that a turn has news of."""
    return next((part.text or "" for part in turn.parts if isinstance(part, SystemPart) and part.event == EVENT), "")


async def answer_news(state: Conversation, runtime: Runtime[Ports], *, ends_only: bool = False) -> Reply | None:
    """Return how the run stands that a turn has news of; None where nothing is known of it.

    With `ends_only`, a run that still goes on is not told of: somebody else is talking.
    """
    turn, workflows, tenant = state["turns"][-1], runtime.context.workflows, runtime.context.tenant
    if workflows is None or tenant.workflows is None:
        return None
    run = run_of(turn)
    standing = await workflows.standing(run)
    if standing is None or (ends_only and not standing.over):
        return None
    return Reply(told(standing, tenant, turn.locale), attachment=report_file(run, standing, state.get("channel")))


async def _report(state: Conversation, workflows: ChatWorkflows, tenant: Tenant) -> Reply | None:
    """Return the whole report of what was done last in this conversation, None where nobody asks for one."""
    assert tenant.workflows is not None  # noqa: S101 # whoever calls has looked
    plain = fold(state["turns"][-1].text[:500])
    if not _asks(plain, tenant.workflows.report):
        return None
    news = [run_of(turn) for turn in reversed(state["turns"][:-1]) if is_news(turn)]
    for run in dict.fromkeys(news):
        standing = await workflows.standing(run)
        if standing is not None and (report := whole_report(standing)):
            return Reply(report, attachment=report_file(run, standing, state.get("channel")))
    return None


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
        if _asks(plain, one.words):
            return one
    return None


def _asks(plain: str, words: Mapping[str, Wish]) -> bool:
    return any(_pattern(tuple(wish.ask), tuple(wish.about)).search(plain) for wish in words.values())


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
    output = output_of(standing)
    top = _top(output)
    parts = [_say(tenant, "finished", locale, title=output.get("title") or standing.title)]
    parts.append(str(output.get("summary") or output.get("markdown") or "")[:1500])
    parts += [_finding(one) for one in top]
    if (findings := findings_of(standing)) > len(top):
        parts.append(_say(tenant, "counted", locale, findings=findings, shown=len(top)))
    if whole_report(standing):
        parts.append(_say(tenant, "whole", locale))
    return "\n\n".join(part for part in parts if part)


def _say(tenant: Tenant, key: str, locale: str, **values: object) -> str:
    """Return what the shop says, empty where it says nothing of it."""
    assert tenant.workflows is not None  # noqa: S101 # whoever calls has looked
    texts: dict[str, str] | None = getattr(tenant.workflows.says, key)
    if texts is None:
        return ""
    return in_locale(texts, locale, tenant.profile.default_locale).format_map(values)


def _top(output: Mapping[str, Any]) -> list[dict[str, Any]]:
    top = output.get("top")
    return [one for one in top if isinstance(one, dict)][:_SHOWN] if isinstance(top, list) else []


def _finding(one: dict[str, Any]) -> str:
    return f"• {one.get('title', '')}: {one.get('explanation', '')} {one.get('suggestion', '')}".rstrip()
