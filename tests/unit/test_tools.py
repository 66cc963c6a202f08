from functools import partial
from typing import Any

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import JsonValue
from typing_extensions import TypedDict

from graphs.check import check
from graphs.compiled import compiled
from graphs.observe import observed
from graphs.topology import AnyGraph
from nodes.effects import Effect
from nodes.ports import EffectCall, Ports
from nodes.tools import Tool, takes_effect, tools_of, uses
from state.conversation import Conversation, ConversationUpdate
from state.effect import EffectName, SideEffect
from state.errors import GraphError
from state.ids import TurnId


class State(TypedDict):
    value: int


async def order_once(sku: str, effect: Effect) -> JsonValue:
    async def order(key: str) -> JsonValue:
        return f"{sku} {key}"

    return await effect.once(order)


async def order_at_will(sku: str) -> JsonValue:
    return sku


async def order_perhaps_once(sku: str, effect: Effect | None = None) -> JsonValue:
    return sku


async def order_unreadably(sku: "Skuu", effect: Effect) -> None:  # type: ignore[name-defined] # noqa: F821 # the case
    pass


SAFE = Tool("order", SideEffect.IRREVERSIBLE, order_once)
UNSAFE = Tool("order", SideEffect.IRREVERSIBLE, order_at_will)


def step(state: State) -> State:
    return state


def graph(*tools: Tool) -> "StateGraph[State, Any, State, State]":
    @uses(*tools)
    def shop(state: State) -> State:
        return state

    one = StateGraph(State)
    one.add_node("shop", shop)
    one.add_edge(START, "shop")
    one.add_edge("shop", END)
    return one


def test_a_graph_whose_irreversible_tool_takes_no_effect_is_refused() -> None:
    with pytest.raises(GraphError, match=r"'shop'.*irreversible tool 'order'.*done twice") as error:
        compiled(graph(UNSAFE))

    assert "nodes.effects.Effect" in error.value.hint


def test_a_graph_whose_irreversible_tool_takes_an_effect_is_compiled_and_runs() -> None:
    assert compiled(graph(SAFE)).invoke({"value": 1}) == {"value": 1}


@pytest.mark.parametrize("effect", [SideEffect.PURE, SideEffect.IDEMPOTENT])
def test_a_tool_that_may_be_used_twice_needs_no_effect(effect: SideEffect) -> None:
    assert check(graph(Tool("stock", effect, order_at_will))) == []


def test_the_tools_of_a_graph_within_a_graph_are_looked_at() -> None:
    outer = StateGraph(State)
    outer.add_node("plan", graph(UNSAFE).compile())
    outer.add_edge(START, "plan")
    outer.add_edge("plan", END)

    assert [finding.where for finding in check(outer)] == ["plan/shop"]


def test_the_tools_of_an_error_handler_are_looked_at() -> None:
    @uses(UNSAFE)
    def sorry(state: State) -> State:
        return state

    one: AnyGraph = StateGraph(State)
    one.add_node("a", step, error_handler=sorry)
    one.add_edge(START, "a")
    one.add_edge("a", END)

    assert [finding.where for finding in check(one)] == ["a"]


def test_an_observed_node_keeps_its_tools() -> None:
    @uses(SAFE)
    async def shop(state: Conversation, runtime: Runtime[Ports]) -> ConversationUpdate:
        return {}

    assert tools_of(observed("shop", shop)) == (SAFE,)


@pytest.mark.parametrize(
    ("function", "taken"),
    [
        (order_once, True),
        (partial(order_once, "TE-1"), True),
        (order_at_will, False),
        (order_perhaps_once, False),
        (order_unreadably, False),
    ],
)
def test_a_tool_takes_an_effect_when_a_parameter_is_one(function: Any, taken: bool) -> None:
    assert takes_effect(function) is taken


async def test_a_tools_effect_is_of_the_class_it_was_declared_with() -> None:
    asked: list[tuple[EffectName, SideEffect]] = []

    class Recording:
        async def once(self, name: EffectName, call: EffectCall, *, effect: SideEffect) -> JsonValue:
            asked.append((name, effect))
            return await call("key")

    name = EffectName(TurnId("trn_1"), "shop")

    assert await SAFE.function("TE-1", SAFE.named(name, Recording())) == "TE-1 key"
    assert asked == [(name, SideEffect.IRREVERSIBLE)]
