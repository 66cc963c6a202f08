"""A scripted model at the other end of a real wire: it calls the tools that a dialogue's lines name."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from typing import Any

import orjson

from graphs.observe import Node
from prompts.versions import BUNDLED, Prompts
from server.script import Script
from state.decision import Lane
from tests.dialogues.playing import Player
from tests.dialogues.world import World
from tests.providers import Play, Seen, Wire, serving
from tests.providers.wires import written
from tests.unit.models import Bench

_PROMPT = Prompts(BUNDLED).get("lane@1")


@asynccontextmanager
async def modelled(
    world: World, script: Script, wire: Wire, agents: Mapping[Lane, Node] | None = None
) -> AsyncIterator[Player]:
    """Give a player whose lanes ask a model over HTTP: line by line it calls the line's tools, then says what they say.

    On a line without tools and words of its own it refuses to answer: no model was to be asked.
    """
    player = Player(
        world, script.model_copy(update={"lines": [line.with_a_model for line in script.lines]}), agents or {}
    )

    def play(seen: Seen) -> Play:
        line = script.lines[len(player.heard)]
        told = results(seen.body)
        if not line.tools and not line.writes:
            return written(wire, "No.", reason="refusal")
        if len(told) < len(line.tools):
            call = line.tools[len(told)]
            arguments = orjson.dumps(call.args).decode()
            halves = (arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :])
            return written(wire, tools=[(f"call_{len(told)}", call.tool, halves)])
        words = line.writes or "\n".join(one["wording"] for one in told if "wording" in one) or "I don't know."
        return written(wire, *(f"{word} " for word in words.split(" ")))

    async with serving(play) as provider:
        chat = Bench().chat(provider.model(wire))
        player.world = replace(world, ports=replace(world.ports, chat=chat, prompt=lambda _: _PROMPT))
        yield player


def results(body: Any) -> list[dict[str, Any]]:
    """Return what the tools of this turn have said, as the provider is told it."""
    found = []
    for message in body["messages"]:
        if message["role"] == "tool":
            found.append(message["content"])
        elif isinstance(message["content"], list):
            found += [one["content"] for one in message["content"] if one["type"] == "tool_result"]
    texts = [one if isinstance(one, str) else "".join(part["text"] for part in one) for one in found]
    return [orjson.loads(unescape(text.removeprefix("<data>").removesuffix("</data>"))) for text in texts]
