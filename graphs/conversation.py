"""The conversation graph: how one message becomes one answer."""

from collections.abc import Mapping
from typing import Any, Final, cast

from langgraph.graph import END, START, StateGraph
from langgraph.types import TimeoutPolicy

from graphs.observe import Node, observed
from nodes.build_turn import build_turn
from nodes.compose import compose
from nodes.handoff import handoff
from nodes.lanes.commerce import commerce
from nodes.lanes.failed import lane_failed
from nodes.lanes.info import info
from nodes.lanes.support import support
from nodes.ports import Ports
from nodes.route_intent import chosen_lane, route_failed, route_intent
from nodes.send_response import send_response
from state.conversation import Conversation
from state.decision import Lane

ROUTING_TIME: Final = TimeoutPolicy(run_timeout=10.0)
LANE_TIME: Final = TimeoutPolicy(run_timeout=60.0)

AGENTS: Final[dict[Lane, Node]] = {"info": info, "commerce": commerce, "support": support, "handoff": handoff}


def build_conversation(
    agents: Mapping[Lane, Node] = AGENTS,
) -> "StateGraph[Conversation, Ports, Conversation, Conversation]":
    """Return the uncompiled graph; compile it with a checkpointer and run it with `Ports` as context."""
    graph = StateGraph(Conversation, context_schema=Ports)
    graph.add_node("build_turn", observed("build_turn", build_turn))
    graph.add_node(
        "route_intent",
        observed("route_intent", route_intent),
        timeout=ROUTING_TIME,
        error_handler=cast("Any", route_failed),
    )
    for lane, agent in agents.items():
        graph.add_node(lane, observed(lane, agent), timeout=LANE_TIME, error_handler=cast("Any", lane_failed))
    graph.add_node("compose", observed("compose", compose))
    graph.add_node("send_response", observed("send_response", send_response))
    graph.add_edge(START, "build_turn")
    graph.add_edge("build_turn", "route_intent")
    graph.add_conditional_edges("route_intent", chosen_lane)
    for lane in agents:
        graph.add_edge(lane, "compose")
    graph.add_edge("compose", "send_response")
    graph.add_edge("send_response", END)
    return graph
