"""A running Laneway whose lanes ask a model over HTTP: words stream to the client, tools are used on the way."""

import asyncio
from pathlib import Path
from typing import Any

from tests import forked
from tests.client import Client, answer
from tests.dialogues.modelled import results
from tests.providers import OPENAI, Play, Seen, serving
from tests.providers.wires import written

WORDS = ["The ", "Olmo ", "kettle ", "costs ", "39,90 ", "€."]


def play(seen: Seen) -> Play:
    if not results(seen.body):
        return written(OPENAI, tools=[("call_1", "search_products", ('{"words": ', '"hervidor rojo"}'))])
    return written(OPENAI, *WORDS)


async def test_a_models_words_stream_to_the_client_and_its_tools_are_told(folder: Path) -> None:
    def talk(url: str) -> list[dict[str, Any]]:
        base = f"{url}/v1"
        with forked.serving(folder, LANEWAY_AGENT_MODEL="openai:test-1", LANEWAY_OPENAI_BASE_URL=base) as server:
            client = Client(server.url)
            try:
                return client.ask(client.start(), "¿Tenéis el hervidor rojo?")
            finally:
                client.close()

    async with serving(play) as provider:
        events = await asyncio.to_thread(talk, provider.url)

    told = [event["data"] for event in events]
    assert "".join(one["text"] for one in told if one["type"] == "message.delta") == "".join(WORDS)
    assert answer(events) == "".join(WORDS)
    assert [(one["tool"], one["by"]) for one in told if one["type"] == "tool.start"] == [("search_products", "model")]
    assert [one["outcome"] for one in told if one["type"] == "tool.end"] == ["ok"]
    assert next(one["choices"] for one in told if one["type"] == "message.final")
    assert "hervidor rojo" not in str([one for one in told if one["type"].startswith("tool.")])
