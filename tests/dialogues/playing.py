"""Plays a dialogue against the graph, and says what of it is not as expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any, cast

from langgraph.graph.state import CompiledStateGraph

from graphs.compiled import compiled
from graphs.conversation import AGENTS, build_conversation
from graphs.observe import Node
from nodes.effects import Ledger
from nodes.ports import Ports
from server.dialogue import given
from server.script import Answered, Line, Script, ordered, tapped, tool_line, unmet
from state.conversation import Choice, Conversation
from state.decision import Lane
from state.effect import Holder
from state.events import Log, MessageDelta, MessageFinal, ToolEnd
from state.ids import ContactId, MessageId, SessionId, TenantId, TurnId
from state.session import Session
from state.stores.checkpointer.memory import MemorySaver
from state.stores.memory import MemoryEffects, MemorySessions
from state.turn import InboundMessage, Part, TextPart
from tests.dialogues.world import World

Graph = CompiledStateGraph[Conversation, Ports, Conversation, Conversation]


_PLAYED = count()
"""Each player has a thread of its own in the shop's graph, which is compiled once."""


def _conversation(agents: Mapping[Lane, Node]) -> Graph:
    return compiled(build_conversation(agents), MemorySaver())


@cache
def _shops() -> Graph:
    return _conversation(AGENTS)


@dataclass
class Heard:
    """What came of one line."""

    text: str
    choices: list[Choice]
    state: Conversation
    tools: list[str]
    deltas: list[str]
    degraded: list[str]


@dataclass
class Player:
    """One customer's conversation; `world` may be changed between lines, `agents` answer lanes in the shop's place."""

    world: World
    script: Script
    agents: Mapping[Lane, Node] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = SessionId("ses_played")
        self._sessions = MemorySessions()
        self.effects = MemoryEffects(self._sessions)
        self._graph = _conversation({**AGENTS, **self.agents}) if self.agents else _shops()
        self._thread = f"{self.session}:{next(_PLAYED)}"

    async def play(self) -> list[str]:
        """Say every line; return what was not as expected."""
        wrong: list[str] = []
        for number, line in enumerate(self.script.lines, start=1):
            heard = await self.say(line)
            counts = {kind: await counted() for kind, counted in self.world.counts.items()}
            wrong += [f"line {number}: {one}; it said {heard.text!r}" for one in missed(line, heard, counts)]
        return wrong

    async def say(self, line: Line) -> Heard:
        """Say one line and return what comes of it."""
        return await self.send(self._part(line))

    async def send(self, part: Part) -> Heard:
        """Send one part of a message and return what comes of it."""
        message = self._message(part)
        await self._sessions.create(Session(self.session, TenantId("demo"), self.script.channel, created=1, updated=1))
        ledger = Ledger(self.effects, Holder(self.session, 0))
        stream = self._graph.astream(
            cast("Conversation", given(message)),
            {"configurable": {"thread_id": self._thread}},
            context=replace(self.world.ports, effects=ledger),
            stream_mode=["custom", "values"],
            durability="exit",
        )
        events: list[Any] = []
        state: Any = None
        async for mode, chunk in stream:
            if mode == "custom":
                events.append(chunk)
            else:
                state = chunk
        finals = [event for event in events if isinstance(event, MessageFinal)]
        self.heard.append(
            Heard(
                text="\n".join(final.text for final in finals),
                choices=[choice for message in state["outbound"] for choice in message.choices],
                state=state,
                tools=[tool_line(event.tool, event.outcome) for event in events if isinstance(event, ToolEnd)],
                deltas=[event.text for event in events if isinstance(event, MessageDelta)],
                degraded=[event.facts["reason"] for event in events if isinstance(event, Log)],
            )
        )
        return self.heard[-1]

    def _part(self, line: Line) -> Part:
        if line.customer:
            return TextPart(line.customer)
        if line.order:
            return ordered(line.order)
        return tapped(line.tap, self.heard[-1].choices if self.heard else [])

    def _message(self, part: Part) -> InboundMessage:
        number = len(self.heard) + 1
        return InboundMessage(
            id=MessageId(f"msg_{number}"),
            turn_id=TurnId(f"trn_{number}"),
            session_id=self.session,
            tenant_id=TenantId("demo"),
            channel=self.script.channel,
            parts=[part],
            at=1000 + number,
            user_id=ContactId(self.script.contact) if self.script.contact else None,
            locale=self.script.locale if number == 1 else None,
        )


def missed(line: Line, heard: Heard, counts: dict[str, int]) -> list[str]:
    """Return what is not as `line` expects."""
    decision = heard.state["decision"]
    lane, intent = (decision.lane, decision.intent) if decision else (None, None)
    titles = [choice.title for choice in heard.choices]
    wrong = unmet(line, Answered(heard.text, titles, lane, intent, heard.tools))
    wrong += [f"{kind}: {counts.get(kind)}, not {one}" for kind, one in line.records.items() if counts.get(kind) != one]
    return wrong
