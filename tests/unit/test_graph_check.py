from typing import Any, Literal

import pytest
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from graphs.check import Finding, check, undeclared_hops
from graphs.conversation import build_conversation
from graphs.draw import svg
from graphs.topology import AnyGraph, topology_of


class State(TypedDict):
    value: int


def step(state: State) -> State:
    return state


def graph(*names: str) -> "StateGraph[State, Any, State, State]":
    one = StateGraph(State)
    for name in names:
        one.add_node(name, step)
    return one


def findings(one: AnyGraph) -> list[tuple[str, str]]:
    return [(finding.where, finding.message) for finding in check(one)]


def test_the_conversation_graph_is_sound() -> None:
    assert check(build_conversation()) == []


def test_a_choice_without_targets_is_found() -> None:
    def anywhere(state: State) -> str:
        return "b"

    one = graph("a", "b")
    one.add_edge(START, "a")
    one.add_conditional_edges("a", anywhere)
    one.add_edge("b", END)

    found = check(one)

    assert found[0].where == "a"
    assert "Literal" in found[0].fix


def test_a_choice_that_leads_nowhere_is_found() -> None:
    def choose(state: State) -> Literal["b", "ghost"]:
        return "b"

    one = graph("a", "b")
    one.add_edge(START, "a")
    one.add_conditional_edges("a", choose)
    one.add_edge("b", END)

    assert any("'ghost'" in message for where, message in findings(one) if where == "a")


def test_a_choice_beyond_its_path_map_is_found() -> None:
    def choose(state: State) -> Literal["yes", "no"]:
        return "yes"

    one = graph("a", "b")
    one.add_edge(START, "a")
    one.add_conditional_edges("a", choose, {"yes": "b"})
    one.add_edge("b", END)

    assert any("'no'" in message for where, message in findings(one) if where == "a")


def test_a_node_that_nothing_leads_to_is_found() -> None:
    one = graph("a", "lost")
    one.add_edge(START, "a")
    one.add_edge("a", END)
    one.add_edge("lost", END)

    assert findings(one) == [("lost", "No way leads here from the start.")]


def test_a_node_that_leads_nowhere_is_found() -> None:
    one = graph("a", "trap")
    one.add_edge(START, "a")
    one.add_edge("a", END)
    one.add_edge("a", "trap")
    one.add_edge("trap", "trap")

    assert ("trap", "No way leads from here to the end.") in findings(one)


def test_an_error_handler_that_leads_nowhere_is_found() -> None:
    def handler(state: State, error: NodeError) -> Command[Literal["ghost"]]:
        return Command(goto="ghost")

    one = graph()
    one.add_node("a", step, error_handler=handler)
    one.add_edge(START, "a")
    one.add_edge("a", END)

    assert any("'ghost'" in message for where, message in findings(one) if where == "a")


@pytest.mark.parametrize(
    ("hop", "declared"),
    [
        (("route_intent", "support"), True),
        (("info", "compose"), True),
        (("send_response", END), True),
        (("info", "send_response"), False),
        (("build_turn", "info"), False),
    ],
)
def test_hops_that_were_taken_are_compared_with_the_declared_ones(hop: tuple[str, str], declared: bool) -> None:
    assert (undeclared_hops(topology_of(build_conversation()), [hop]) == []) is declared


def test_the_hash_names_the_shape() -> None:
    one, other = graph("a"), graph("a")
    other.add_edge(START, "a")

    assert topology_of(one).hash == topology_of(graph("a")).hash
    assert topology_of(one).hash != topology_of(other).hash


def test_error_handlers_are_attributes_of_their_nodes() -> None:
    topology = topology_of(build_conversation())

    ways = {node.name: node.on_error for node in topology.nodes}
    assert ways["info"] == ["compose"]
    assert ways["route_intent"] == ["info", "commerce", "support", "handoff"]
    assert ways["compose"] == []
    assert not any(name.startswith("__error") for name in ways)


def test_a_join_is_as_good_as_its_edges() -> None:
    one = graph("a", "b", "c")
    one.add_edge(START, "a")
    one.add_edge(START, "b")
    one.add_edge(["a", "b"], "c")
    one.add_edge("c", END)

    assert check(one) == []


def test_a_commands_targets_are_declared_hops() -> None:
    def choose(state: State) -> Command[Literal["b"]]:
        return Command(goto="b")

    one = graph("b")
    one.add_node("a", choose)
    one.add_edge(START, "a")
    one.add_edge("b", END)

    assert check(one) == []


@pytest.mark.parametrize("onward", [False, True])
def test_a_command_that_does_not_say_where_it_leads_is_found(onward: bool) -> None:
    def choose(state: State) -> Command:  # type: ignore[type-arg] # the fault in question
        return Command(goto="b")

    one = graph("b")
    one.add_node("a", choose)
    one.add_edge(START, "a")
    one.add_edge(START, "b")
    one.add_edge("b", END)
    if onward:
        one.add_edge("a", END)

    said = [(finding.where, finding.severity) for finding in check(one) if "doesn't say where" in finding.message]
    assert said == [("a", "warning" if onward else "error")]


def test_a_command_whose_destinations_are_declared_says_where_it_leads() -> None:
    def choose(state: State) -> Command:  # type: ignore[type-arg] # its destinations are declared
        return Command(goto="b")

    one = graph("b")
    one.add_node("a", choose, destinations={"b": "go on"})
    one.add_edge(START, "a")
    one.add_edge("b", END)

    assert check(one) == []
    assert [edge.label for edge in topology_of(one).edges if edge.source == "a"] == ["go on"]


def test_every_command_of_a_union_is_looked_into() -> None:
    def choose(state: State) -> State | Command[Literal["b"]] | Command[Literal["ghost"]]:
        return state

    one = graph("b")
    one.add_node("a", choose)
    one.add_edge(START, "a")
    one.add_edge("b", END)

    assert [where for where, message in findings(one) if "'ghost'" in message] == ["a"]


def test_a_handler_for_all_nodes_is_no_node_of_the_picture_and_counts_before_and_after_compiling() -> None:
    def handler(state: State, error: NodeError) -> Command[Literal["b"]]:
        return Command(goto="b")

    one = graph("a", "b")
    one.add_edge(START, "a")
    one.add_edge("a", "b")
    one.add_edge("b", END)
    one.set_node_defaults(error_handler=handler)

    before = topology_of(one)
    one.compile()

    assert topology_of(one) == before
    assert [node.name for node in before.nodes] == [START, "a", "b", END]
    assert before.nodes[1].on_error == ["b"]
    assert check(one) == []


def test_an_edge_to_a_node_that_is_not_there_is_found_and_does_not_break_the_drawing() -> None:
    one = graph("a")
    one.add_edge(START, "a")
    one.add_edge("a", "ghost")
    one.add_edge("a", END)

    assert any("'ghost'" in message for _, message in findings(one))
    assert "ghost" not in svg(topology_of(one))


def test_a_finding_says_what_to_do() -> None:
    one = graph("a")

    assert all(isinstance(finding, Finding) and finding.fix for finding in check(one))
    assert check(one)
