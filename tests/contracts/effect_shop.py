"""A process that runs one turn of a graph whose node orders something: STORE FENCE CLASS LOG [hang].

The other side is a file: a line for each order it is asked for. With `hang` the answer never comes, and the process
says that it waits for it.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import JsonValue
from typing_extensions import TypedDict

from graphs.compiled import compiled
from nodes.effects import Effect, Ledger
from nodes.ports import Effects
from nodes.tools import Tool, uses
from state.effect import EffectName, Holder, SideEffect
from state.errors import AmbiguousEffectError
from state.ids import SessionId, TurnId
from state.stores.checkpointer import PlainRedisSaver
from state.stores.connection import connect_server
from state.stores.effects import RedisEffects

SESSION = SessionId("ses_1")
TURN = TurnId("trn_1")


class Order(TypedDict):
    sku: str
    order: JsonValue


@dataclass(frozen=True)
class Shop:
    effects: Effects
    log: Path
    hangs: bool


def graph(effect: SideEffect) -> "StateGraph[Order, Shop, Order, Order]":
    """Return the graph of one node that orders."""

    async def place_order(sku: str, shop: Shop, effect: Effect) -> JsonValue:
        async def order(key: str) -> JsonValue:
            with shop.log.open("a") as lines:
                lines.write(f"{sku} {key}\n")
            if shop.hangs:
                say("called")
                await asyncio.sleep(3600)
            return f"ordered {sku}"

        return await effect.once(order)

    tool = Tool("place_order", effect, place_order)

    @uses(tool)
    async def buy(state: Order, runtime: Runtime[Shop]) -> Order:
        shop = runtime.context
        name = EffectName(TURN, "buy")
        return {"sku": state["sku"], "order": await place_order(state["sku"], shop, tool.named(name, shop.effects))}

    one = StateGraph(Order, context_schema=Shop)
    one.add_node("buy", buy)
    one.add_edge(START, "buy")
    one.add_edge("buy", END)
    return one


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(store: str, fence: str, effect: str, log: str, *hang: str) -> None:
    """Run the turn, from its last checkpoint when there is one."""
    async with PlainRedisSaver.from_url(store) as saver, connect_server(store, retry=True) as client:
        ledger = Ledger(RedisEffects(client), Holder(SESSION, int(fence)))
        shop = Shop(ledger, Path(log), bool(hang))
        run = compiled(graph(SideEffect(effect)), saver)
        config: RunnableConfig = {"configurable": {"thread_id": SESSION}}
        given: Order | None = None if await saver.aget_tuple(config) else {"sku": "TE-1", "order": None}
        try:
            ended = await run.ainvoke(given, config, context=shop, durability="sync")
            say(str(ended["order"]))
        except AmbiguousEffectError as error:
            say(error.code)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
