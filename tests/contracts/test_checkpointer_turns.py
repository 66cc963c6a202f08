from operator import add
from typing import Annotated, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph

from state.stores.checkpointer import PlainRedisSaver

CONFIG: RunnableConfig = {"configurable": {"thread_id": "t"}}


class Talk(TypedDict):
    said: Annotated[list[str], add]


def compiled(saver: PlainRedisSaver) -> "CompiledStateGraph[Talk]":
    graph = StateGraph(Talk)
    graph.add_node("answer", lambda state: {"said": [f"answer {len(state['said'])}"]})
    graph.add_edge("__start__", "answer")
    return graph.compile(checkpointer=saver)


async def test_the_next_turn_goes_on_where_the_last_one_ended(saver: PlainRedisSaver) -> None:
    graph = compiled(saver)

    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
    state = await graph.ainvoke({"said": ["two"]}, CONFIG, durability="exit")

    assert state == {"said": ["one", "answer 1", "two", "answer 3"]}


async def test_a_turn_that_is_saved_at_its_end_takes_two_round_trips(saver: PlainRedisSaver) -> None:
    graph = compiled(saver)
    await graph.ainvoke({"said": ["one"]}, CONFIG, durability="exit")
    before = saver.round_trips

    await graph.ainvoke({"said": ["two"]}, CONFIG, durability="exit")

    assert saver.round_trips - before == 2
