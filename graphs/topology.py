"""A graph's declared shape: what LangGraph was told, read from the builder before anything runs."""

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from inspect import signature
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import orjson
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

Kind = Literal["start", "end", "router", "step"]

AnyGraph = StateGraph[Any, Any, Any, Any]

_HANDLER: Final = "__error_handler__"


@dataclass(frozen=True, slots=True)
class Node:
    """One node; `on_error` names where its error handler sends the run, empty when it has none."""

    name: str
    kind: Kind
    on_error: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """One declared hop; a conditional one is a choice of its source."""

    source: str
    target: str
    conditional: bool = False
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes in the order of their declaration, edges, and a hash that names this shape."""

    nodes: list[Node]
    edges: list[Edge]
    hash: str


def topology_of(graph: AnyGraph) -> Topology:
    """Return the declared shape of an uncompiled graph; error handlers are attributes of their nodes."""
    names = [name for name, spec in graph.nodes.items() if not spec.is_error_handler]
    nodes = [Node(START, "start"), *(_node(graph, name) for name in names), Node(END, "end")]
    joins = {(source, target) for sources, target in graph.waiting_edges for source in sources}
    edges = [Edge(source, target) for source, target in sorted(graph.edges | joins)]
    for name in names:
        ends = graph.nodes[name].ends or ()
        titles = ends if isinstance(ends, dict) else {}
        edges += [Edge(name, str(end), conditional=True, label=titles.get(end)) for end in sorted(ends)]
    for source, branches in sorted(graph.branches.items()):
        for branch in branches.values():
            edges += [
                Edge(source, target, conditional=True, label=None if label == target else str(label))
                for label, target in (branch.ends or {}).items()
            ]
    shape = orjson.dumps([[asdict(node) for node in nodes], [asdict(edge) for edge in edges]])
    return Topology(nodes, edges, sha256(shape).hexdigest()[:16])


def handler_of(graph: AnyGraph, name: str) -> object | None:
    """Return the function that handles a node's errors, its own or the graph's, or None; compiled or not."""
    own = graph.nodes[name].error_handler_node
    if own in graph.nodes:
        return function_of(graph, own)
    return graph._node_defaults.error_handler  # noqa: SLF001 # LangGraph makes a node of it only when it compiles


def owner_of(name: str) -> str:
    """Return the node that an error handler belongs to; a node's own name otherwise."""
    return name.removeprefix(_HANDLER)


def command_targets(function: object) -> list[str] | None:
    """Return the nodes that a function's `Command[Literal[...]]` annotation names, also where it is one of a union.

    Empty when it can return a `Command` and doesn't say where that leads; None when it returns none.
    """
    returned = returns(function)
    if isinstance(returned, str):
        return [] if Command.__name__ in returned else None
    parts = get_args(returned) if get_origin(returned) in {Union, UnionType} else (returned,)
    commands = [part for part in parts if part is Command or get_origin(part) is Command]
    if not commands:
        return None
    return [str(name) for command in commands for named in get_args(command) for name in get_args(named)]


def returns(function: object) -> object:
    """Return a function's return annotation, None without one or when it can't be read."""
    try:
        return get_type_hints(function).get("return")
    except (NameError, TypeError):
        try:
            return signature(function).return_annotation  # type: ignore[arg-type] # any callable
        except (TypeError, ValueError):
            return None


def function_of(graph: AnyGraph, name: str) -> object:
    """Return the function behind a node."""
    runnable = graph.nodes[name].runnable
    return getattr(runnable, "afunc", None) or getattr(runnable, "func", None) or runnable


def _node(graph: AnyGraph, name: str) -> Node:
    handler = handler_of(graph, name)
    on_error = _after_error(handler) if handler else []
    return Node(name, "router" if name in graph.branches else "step", on_error)


def _after_error(handler: object) -> list[str]:
    targets = command_targets(handler)
    return [END] if targets is None else targets
