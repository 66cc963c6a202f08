"""Every event a turn can show, and the envelope it travels in.

On the wire an event is one JSON object: `{v, seq, session, turn, at, type, ...}` and the fields of its class.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final, Literal

import orjson

from state.decision import RouterDecision
from state.ids import SessionId, TurnId
from state.outbox import SendStatus
from state.plan_events import PlanEvent

VERSION: Final = 1

TurnStatus = Literal["completed", "failed", "dead_lettered", "cancelled"]


@dataclass(frozen=True, slots=True)
class TurnStart:
    """A worker took the turn; `text` is what the customer said, `attempt` counts from 1."""

    type: ClassVar = "turn.start"
    text: str
    channel: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """The turn is over; `ms` since it was taken, `queued_ms` from its acceptance until then."""

    type: ClassVar = "turn.end"
    status: TurnStatus
    ms: float
    queued_ms: float = 0.0
    lane: str | None = None
    intent: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class TurnCancelled:
    """Somebody stopped the turn."""

    type: ClassVar = "turn.cancelled"
    reason: str


@dataclass(frozen=True, slots=True)
class NodeStart:
    """A node began its attempt number `attempt`."""

    type: ClassVar = "node.start"
    node: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class NodeEnd:
    """A node finished; `changed` names the state keys it wrote."""

    type: ClassVar = "node.end"
    node: str
    ms: float
    attempt: int = 1
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NodeRetry:
    """A node is tried again; `attempt` is the one that now begins."""

    type: ClassVar = "node.retry"
    node: str
    attempt: int


@dataclass(frozen=True, slots=True)
class NodeError:
    """An attempt of a node failed; `code` is the error's stable name."""

    type: ClassVar = "node.error"
    node: str
    attempt: int
    code: str
    ms: float


@dataclass(frozen=True, slots=True)
class NodeInterrupt:
    """A node waits for somebody's answer."""

    type: ClassVar = "node.interrupt"
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class NodeResume:
    """The answer came and the node goes on."""

    type: ClassVar = "node.resume"
    node: str


@dataclass(frozen=True, slots=True)
class LlmStart:
    """A model call began."""

    type: ClassVar = "llm.start"
    node: str
    model: str


@dataclass(frozen=True, slots=True)
class LlmFirst:
    """The first token of a model call arrived after `ms`."""

    type: ClassVar = "llm.first"
    node: str
    model: str
    ms: float


@dataclass(frozen=True, slots=True)
class LlmEnd:
    """A model call ended; `outcome` is `ok` or the name of what went wrong."""

    type: ClassVar = "llm.end"
    node: str
    model: str
    ms: float
    outcome: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class ToolStart:
    """A tool was called, or a call was proposed; `by` a `model` or the lane's own `steps`."""

    type: ClassVar = "tool.start"
    node: str
    tool: str
    by: str = "steps"


@dataclass(frozen=True, slots=True)
class ToolEnd:
    """A tool answered; `outcome` is `ok`, `asked` (the customer, first), `refused:...` or what went wrong."""

    type: ClassVar = "tool.end"
    node: str
    tool: str
    ms: float
    outcome: str


@dataclass(frozen=True, slots=True)
class RouteDecided:
    """The router's decision; on the wire its fields stand beside the envelope's."""

    type: ClassVar = "route.decision"
    node: str
    decision: RouterDecision


@dataclass(frozen=True, slots=True)
class Edge:
    """The graph went from one node to the next; `label` names the choice where there was one."""

    type: ClassVar = "edge"
    source: str
    target: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class MessageDelta:
    """A piece of an answer that is still being written."""

    type: ClassVar = "message.delta"
    ordinal: int
    text: str


@dataclass(frozen=True, slots=True)
class MessageFinal:
    """One whole answer; (`turn`, `ordinal`) names it, and a repeat replaces it.

    `choices` are `{id, title, description}` the customer may tap, `sources` are `{kind, ref, title}` the answer rests
    on, `link` is `{label, url}` and `attachment` `{kind, url, filename}`. `author` is the person who wrote it, if any.
    """

    type: ClassVar = "message.final"
    ordinal: int
    text: str
    locale: str
    lane: str | None = None
    choices: list[dict[str, str]] = field(default_factory=list)
    sources: list[dict[str, str]] = field(default_factory=list)
    link: dict[str, str] | None = None
    attachment: dict[str, str] | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class HandoffChanged:
    """A handoff was opened, claimed, released, given back, left by the customer, or timed out."""

    type: ClassVar = "handoff"
    number: str
    status: str
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class SendResult:
    """How far an answer got: `queued` to be delivered, `sent` once the channel has it; `ref` is its id there."""

    type: ClassVar = "send.result"
    ordinal: int
    outcome: SendStatus
    ref: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """A fact about the turn that no other event states; never customer text."""

    type: ClassVar = "log"
    level: Literal["info", "warning", "error"]
    name: str
    facts: dict[str, str] = field(default_factory=dict)


Event = (
    TurnStart
    | TurnEnd
    | TurnCancelled
    | NodeStart
    | NodeEnd
    | NodeRetry
    | NodeError
    | NodeInterrupt
    | NodeResume
    | LlmStart
    | LlmFirst
    | LlmEnd
    | ToolStart
    | ToolEnd
    | RouteDecided
    | Edge
    | MessageDelta
    | MessageFinal
    | HandoffChanged
    | SendResult
    | Log
    | PlanEvent
)


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event as the log keeps it: its place and its wire form (a JSON object, UTF-8)."""

    seq: int
    id: str
    type: str
    turn: str | None
    data: bytes


def encode(session: SessionId, turn: TurnId | None, at: int, event: Event) -> bytes:
    """Return the event's JSON object without `v` and `seq`, which the log's place adds.

    `at` is milliseconds since 1970 UTC.
    """
    body: dict[str, Any] = {field.name: getattr(event, field.name) for field in fields(event)}
    if isinstance(event, RouteDecided):
        decision = body.pop("decision")
        body |= {field.name: getattr(decision, field.name) for field in fields(RouterDecision)}
    return orjson.dumps({"session": session, "turn": turn, "at": at, "type": event.type, **body})


def place(row: bytes, seq: int) -> bytes:
    """Return an encoded event with its version and its place in the log."""
    return b'{"v":%d,"seq":%d,' % (VERSION, seq) + row[1:]
