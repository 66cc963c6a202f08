"""Model calls inside a graph: scope, streaming, and breakers that two processes' clients share."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from graphs.observe import observed
from nodes.effects import Ledger
from nodes.models.scripted import ScriptedDecider
from nodes.ports import Ports
from state.breaker import BreakerRule
from state.conversation import Conversation, ConversationUpdate
from state.effect import Holder
from state.errors import ModelError
from state.events import LlmEnd, LlmStart
from state.ids import SessionId, TenantId
from state.session import Session
from state.stores.breakers import RedisBreakers
from state.stores.connection import connect_server
from state.stores.embedded.store import EmbeddedStore
from state.stores.ending import end
from state.stores.memory import MemoryEffects, MemorySessions
from tests.fakes import shop
from tests.providers import ANTHROPIC, OPENAI, Seen, serving
from tests.providers.server import Play
from tests.providers.wires import written
from tests.unit.models import HUMAN, LANES, PROMPT, Bench

CHOSEN = '{"lane": "support", "human": "no"}'
SESSION = SessionId("ses_1")


def ports(**changes: Any) -> Ports:
    unused = cast("Any", None)
    return replace(Ports(tenant=shop(), router=unused, languages=unused, clock=unused), **changes)


async def ask(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    assert runtime.context.decider is not None
    decided = await runtime.context.decider.decide(PROMPT, [LANES, HUMAN])
    return {"intent": decided.verdicts["lane"].choice}


async def write(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
    assert runtime.context.chat is not None
    answer = await runtime.context.chat.ainvoke("hola")
    return {"intent": answer.text}


def graph(name: str, node: Any) -> Any:
    built = StateGraph(Conversation, context_schema=Ports)
    built.add_node(name, observed(name, node))
    built.add_edge(START, name)
    built.add_edge(name, END)
    return built.compile()


async def test_a_nodes_call_is_told_on_its_stream_and_paid_for_once() -> None:
    sessions, bench = MemorySessions(), Bench()
    await sessions.create(Session(SESSION, TenantId("shop"), "chat", created=1, updated=1))
    ledger = Ledger(MemoryEffects(sessions), Holder(SESSION, 1))

    async with serving([ANTHROPIC.whole(CHOSEN)]) as provider:
        context = ports(decider=bench.decider(provider.model(ANTHROPIC)), effects=ledger)
        runs = []
        for _ in range(2):
            stream = graph("ask", ask).astream({"tenant_id": "shop"}, context=context, stream_mode="custom")
            runs.append([event async for event in stream])

    assert len(provider.seen) == 1
    assert [one.node for one in runs[0] if isinstance(one, LlmStart)] == ["ask"]
    assert [one.outcome for one in runs[0] if isinstance(one, LlmEnd)] == ["ok"]
    assert not [one for one in runs[1] if isinstance(one, LlmStart)]


async def test_a_nodes_deadline_is_its_calls_deadline() -> None:
    async with serving([Play(status=0)]) as provider:
        decider = Bench().decider(provider.model(OPENAI))
        context = ports(decider=decider, deadline=asyncio.get_running_loop().time() + 0.2)
        with pytest.raises(ModelError, match="the time for this call is over"):
            await graph("ask", ask).ainvoke({"tenant_id": "shop"}, context=context)


async def test_langgraph_streams_what_a_model_writes() -> None:
    async with serving([written(OPENAI, "On ", "its ", "way.")]) as provider:
        context = ports(chat=Bench().chat(provider.model(OPENAI)))
        stream = graph("write", write).astream({"tenant_id": "shop"}, context=context, stream_mode="messages")
        words = [chunk.text async for chunk, _ in stream if chunk.text]

    assert words == ["On ", "its ", "way."]


async def test_a_scripted_decider_takes_a_models_place() -> None:
    context = ports(decider=ScriptedDecider([{"lane": "support"}]))

    state = await graph("ask", ask).ainvoke({"tenant_id": "shop"}, context=context)

    assert state["intent"] == "support"


async def test_two_processes_probe_a_model_once(tmp_path: Path) -> None:
    rule, probing = BreakerRule(cool_s=0.3), asyncio.Event()

    def play(seen: Seen) -> Play:
        return Play(status=0) if probing.is_set() else OPENAI.error(529, "overloaded_error")

    async with EmbeddedStore.open(tmp_path / "data") as store, serving(play) as provider:
        clients = [connect_server(store.url, retry=True) for _ in range(2)]
        benches = [Bench(breakers=cast("Any", RedisBreakers(client, rule))) for client in clients]
        deciders = [bench.decider(provider.model(OPENAI)) for bench in benches]
        await asyncio.gather(*(one.decide(PROMPT, [LANES]) for one in deciders * 5), return_exceptions=True)
        probing.set()
        called = len(provider.seen)
        calls = [asyncio.create_task(_until_let_through(one.decide)) for one in deciders * 25]
        while len(provider.seen) == called and not any(call.done() for call in calls):  # noqa: ASYNC110 # it tells nobody
            await asyncio.sleep(0.01)
        done, waiting = await asyncio.wait(calls, timeout=1.0)
        probes = len(provider.seen) - called
        for call in calls:
            await end(call)
        for client in clients:
            await client.aclose()

    assert probes == 1
    assert done == set()
    assert len(waiting) == 50


async def _until_let_through(decide: Any) -> Any:
    while True:
        try:
            return await decide(PROMPT, [LANES])
        except ModelError as error:
            if error.outcome != "circuit_open":
                raise
        await asyncio.sleep(0.05)
