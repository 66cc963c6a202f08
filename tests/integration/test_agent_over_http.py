"""A running Laneway whose lanes ask a model over HTTP: words stream to the client, tools are used on the way."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tests import forked
from tests.client import Client, answer
from tests.dialogues.modelled import results
from tests.providers import ANTHROPIC, OPENAI, Play, Provider, Seen, Wire, serving
from tests.providers.wires import written

WORDS = ["The ", "Olmo ", "kettle ", "costs ", "39,90 ", "€."]


def looks_up(wire: Wire) -> Play:
    call = ("call_1", "search_products", ('{"words": ', '"hervidor rojo"}'))
    return written(wire, "Let me ", "look.", tools=[call])


@dataclass(frozen=True)
class Talking:
    """A server, the provider that it asks, and the portal to the provider's event loop."""

    url: str
    wire: Wire
    provider: Provider
    portal: BlockingPortal

    def asked(
        self, text: str, play: Callable[[Seen], Play], heard: Callable[[str], None] = lambda _: None
    ) -> list[dict[str, Any]]:
        """Return a turn's events; `heard` is told each delta when the client has it."""
        self.provider.script, told = play, []
        with closing(Client(self.url)) as client:
            session = client.start()
            turn = client.send(session, text)
            for event in client.stream(session):
                told.append(event)
                if event["event"] == "message.delta":
                    heard(event["data"]["text"])
                if event["event"] == "turn.end" and event["data"]["turn"] == turn:
                    return told
        raise AssertionError("the stream ended before the turn did")


@pytest.fixture(scope="module", params=[OPENAI, ANTHROPIC], ids=lambda wire: wire.name)
def talking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talking]:
    wire: Wire = request.param
    data = tmp_path_factory.mktemp("talking") / "data"
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving([])) as provider,
        forked.serving(
            data,
            LANEWAY_AGENT_MODEL=wire.name,
            LANEWAY_OPENAI_BASE_URL=f"{provider.url}/v1",
            LANEWAY_ANTHROPIC_BASE_URL=provider.url,
            LANEWAY_ANTHROPIC_API_KEY="sk-canary",
        ) as server,
    ):
        yield Talking(server.url, wire, provider, portal)


def streamed(told: list[dict[str, Any]]) -> str:
    return "".join(one["data"]["text"] for one in told if one["event"] == "message.delta")


def facts(told: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one["data"] for one in told if one["event"] == kind]


def test_a_models_words_stream_while_it_writes_and_its_tools_are_told(talking: Talking) -> None:
    wire, read = talking.wire, asyncio.Event()
    whole = written(wire, *WORDS)
    held = replace(whole, hold=(len(whole.parts) - len(wire.finish("stop")) - 2, read))

    def heard(text: str) -> None:
        if "kettle" in text:
            talking.portal.call(read.set)

    def play(seen: Seen) -> Play:
        return held if results(seen.body) else looks_up(wire)

    told = talking.asked("¿Tenéis el hervidor rojo?", play, heard)

    assert read.is_set(), "the client had words before the model had written them all"
    assert streamed(told) == f"Let me look.\n\n{''.join(WORDS)}"
    assert answer(told) == "".join(WORDS), "what was said before the tool is not said again"
    assert [(one["tool"], one["by"]) for one in facts(told, "tool.start")] == [("search_products", "model")]
    assert [one["outcome"] for one in facts(told, "tool.end")] == ["ok"]
    assert facts(told, "message.final")[0]["choices"]
    assert "hervidor rojo" not in str(facts(told, "tool.start") + facts(told, "tool.end"))


def test_a_stream_that_breaks_off_ends_in_the_shops_own_answer_and_nothing_is_done_twice(talking: Talking) -> None:
    wire = talking.wire

    def play(seen: Seen) -> Play:
        if not results(seen.body):
            items = '{"items": [{"sku": "PAN-NONST-28", "quantity": 2}]}'
            return written(wire, tools=[("call_1", "add_to_cart", (items[:20], items[20:]))])
        return Play([*wire.begin(), wire.text("Your basket has one hun")], ending="reset")

    told = talking.asked("quiero 2 sartenes de 28", play)

    assert streamed(told) == "Your basket has one hun"
    assert "one hun" not in answer(told)
    assert "65,80" in answer(told), "two pans, as the steps put them in, not four"
    assert [one["facts"]["reason"] for one in facts(told, "log") if one["name"] == "agent.degraded"] == ["cut_off"]
    assert [(one["tool"], one["by"]) for one in facts(told, "tool.start")] == [
        ("add_to_cart", "model"),
        ("add_to_cart", "steps"),
    ]
