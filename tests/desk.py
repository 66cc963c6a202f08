"""Ports and states for tests of the steps: the demo tenant, a fixed clock, a router that says what it is told."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from langgraph.runtime import Runtime

from nodes.ports import Ports, RouteRequest
from prompts.loader import load_tenant, tenant_folder
from prompts.tenant import Tenant
from state.conversation import Conversation, defaults
from state.decision import LANES, Lane, RouterDecision
from state.errors import RoutingError
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.turn import InboundMessage, Part, TextPart, Turn

SATURDAY_NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


@cache
def demo() -> Tenant:
    return load_tenant(tenant_folder("demo"))


class FixedClock:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


class FixedLanguage:
    def __init__(self, locale: str, probability: float = 1.0) -> None:
        self._answer = (locale, probability)

    def detect(self, text: str) -> tuple[str, float]:
        return self._answer


class ScriptedRouter:
    """Decides what it is told; without an answer it fails."""

    def __init__(self, decision: RouterDecision | None = None) -> None:
        self._decision = decision
        self.asked: list[RouteRequest] = []

    async def decide(self, request: RouteRequest) -> RouterDecision:
        self.asked.append(request)
        if self._decision is None:
            raise RoutingError("scripted", hint="none")
        return self._decision


def decided(lane: Lane, intent: str | None = None) -> RouterDecision:
    return RouterDecision(lane, intent, 1.0, {name: float(name == lane) for name in LANES}, "scripted")


def ports(
    *,
    router: ScriptedRouter | None = None,
    locale: str = "es",
    sure: float = 1.0,
    at: datetime = SATURDAY_NOON,
    window: int = 40,
) -> Ports:
    return Ports(
        tenant=demo(),
        router=router or ScriptedRouter(decided("info")),
        languages=FixedLanguage(locale, sure),
        clock=FixedClock(at),
        window=window,
    )


def inbound(
    text: str = "hola", name: str = "1", parts: list[Part] | None = None, locale: str | None = None
) -> InboundMessage:
    return InboundMessage(
        id=MessageId(f"msg_{name}"),
        turn_id=TurnId(f"trn_{name}"),
        session_id=SessionId("ses_1"),
        tenant_id=TenantId("demo"),
        channel="chat",
        parts=parts if parts is not None else [TextPart(text)],
        at=1000,
        locale=locale,
    )


def conversation(
    text: str = "hola", *, locale: str = "es", parts: list[Part] | None = None, **changes: Any
) -> Conversation:
    """Return the state as a lane agent finds it: routed, one turn open."""
    message = inbound(text, parts=parts)
    turn = Turn(message.turn_id, message.id, message.at, message.parts, text, locale)
    state = {
        **defaults(),
        "session_id": message.session_id,
        "tenant_id": message.tenant_id,
        "channel": "chat",
        "locale": locale,
        "inbound": message,
        "turns": [turn],
        **changes,
    }
    return cast("Conversation", state)


class Stage:
    """A runtime for one step, and the events it emitted."""

    def __init__(self, context: Ports | None = None) -> None:
        self.events: list[Any] = []
        self.runtime = Runtime(context=context or ports(), stream_writer=self.events.append)
