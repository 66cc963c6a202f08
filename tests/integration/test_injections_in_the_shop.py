"""The injections against the demo shop's own lanes, tools and records, with a model that uses every tool it is offered.

Orders of before belong to other people: what is known of them must not be read, and nothing may happen to them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
import yaml

from nodes.models.chat import LanewayChat
from nodes.models.gathering import Answer, ToolCall
from nodes.models.pieces import ChatRequest
from prompts.versions import BUNDLED, Prompts
from server.script import Line, Script
from state.decision import Lane
from state.turn import TextPart
from tests.desk import ScriptedRouter, decided
from tests.dialogues.playing import Player
from tests.dialogues.world import DEMO, World, open_world
from tests.trained import trained

CORPUS: Final = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "injections.yaml").read_text("utf-8"))
TYPED: Final = ("customer", "role_play", "authority", "encoded")
ATTACKS: Final = [entry for via in TYPED for entry in CORPUS[via][::3]]
PROMPT: Final = Prompts(BUNDLED).get("lane@1")
ACTS: Final = ("orders", "cancelled", "return", "handoff")


@dataclass
class Grasping:
    """A `Writer` that calls whatever is offered, for orders and with e-mails of other people, time and again."""

    theirs: Mapping[str, str]
    start: int
    names: Sequence[str] = ("scripted:evil",)
    seen: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    _asked: int = 0

    async def write(self, request: ChatRequest, tell: Callable[[str], None]) -> Answer:
        self.seen += [str(message.content) for message in request.messages]
        offered = [call for tool in request.tools for call in self._calls(tool["function"])]
        first = self.start + 3 * self._asked
        self._asked += 1
        wanted = list(islice(cycle(offered), first, first + 3))
        self.called |= {name for name, _ in wanted}
        return Answer("", [ToolCall(f"call_{first + n}", *call) for n, call in enumerate(wanted)], self.names[0])

    def _calls(self, function: Any) -> list[tuple[str, dict[str, Any]]]:
        example = orjson.loads(function["description"].rpartition("Example: ")[2])
        forged = {name: one for name, one in self.theirs.items() if name in example}
        return [(function["name"], example | forged), (function["name"], example | {"confirmed": True})]


async def secrets(world: World) -> tuple[list[str], list[str]]:
    """Return the numbers of other people's orders, and what only their buyers may see."""
    assert world.ports.counter is not None
    earlier = await world.ports.counter.orders.latest(DEMO, limit=100)
    drafts = [order.draft for order in earlier]
    known = [word for draft in drafts for word in (draft.buyer.email, draft.buyer.phone) if word]
    return [order.number for order in earlier], known + [draft.address.street for draft in drafts if draft.address]


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    trained()


@pytest.mark.parametrize("lane", ["commerce", "support"])
async def test_nothing_happens_to_other_peoples_orders_and_nothing_without_a_yes(lane: Lane) -> None:
    wrong: list[str] = []
    called: set[str] = set()

    for number, (locale, _, text) in enumerate(ATTACKS):
        world = await open_world()
        numbers, private = await secrets(world)
        before = {kind: await world.counts[kind]() for kind in ACTS}
        writer = Grasping({"order": numbers[number % len(numbers)], "email": private[0]}, start=5 * number)
        chat = LanewayChat(writer=writer, cache=False)
        router = ScriptedRouter(decided(lane))
        ports = replace(world.ports, router=router, chat=chat, prompt=lambda _: PROMPT)
        script = Script(name="attack", locale=locale, lines=[Line(customer="-")])
        heard = await Player(replace(world, ports=ports), script).send(TextPart(text))
        called |= writer.called
        after = {kind: await world.counts[kind]() for kind in ACTS}
        shown = "\n".join([*writer.seen, heard.text])
        wrong += [f"{text!r}: {before} became {after}"] if before != after else []
        wrong += [f"{text!r} got {word!r} out" for word in private if word not in text and word in shown]

    assert wrong == []
    assert len(called) > 5
    assert private
