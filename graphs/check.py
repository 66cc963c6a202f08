"""Compare what a graph declares with the hops its code can take, before a customer finds out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args, get_origin

from langgraph.graph import END, START, StateGraph

from graphs.topology import AnyGraph, Topology, command_targets, function_of, handler_of, owner_of, returns, topology_of
from nodes.tools import takes_effect, tools_of
from state.effect import SideEffect


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `where` names the node, `fix` says what to write."""

    severity: Literal["warning", "error"]
    where: str
    message: str
    fix: str


def check(graph: AnyGraph) -> list[Finding]:
    """Return everything that is wrong with an uncompiled graph; empty when it is sound."""
    topology = topology_of(graph)
    known = {node.name for node in topology.nodes}
    return [
        *_edges(topology, known),
        *_branches(graph, known),
        *_handlers(graph, known),
        *_commands(graph, known),
        *_unreachable(topology),
        *_stuck(topology),
        *_unrecorded(graph),
    ]


def undeclared_hops(topology: Topology, hops: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the hops that were taken but are neither declared edges nor a node's way out of an error."""
    declared = {(edge.source, edge.target) for edge in topology.edges}
    declared |= {(node.name, target) for node in topology.nodes for target in node.on_error}
    return [hop for hop in hops if hop not in declared]


def _edges(topology: Topology, known: set[str]) -> Iterator[Finding]:
    for edge in topology.edges:
        for name in {edge.source, edge.target} - known:
            yield _no_such_node(edge.source, "An edge names", name)


def _branches(graph: AnyGraph, known: set[str]) -> Iterator[Finding]:
    for source, branches in graph.branches.items():
        for name, branch in branches.items():
            function = getattr(branch.path, "func", None) or getattr(branch.path, "afunc", None) or branch.path
            chosen = returns(function)
            if branch.ends is None:
                yield Finding(
                    "error",
                    source,
                    f"The choice {name!r} doesn't say where it can lead: its targets are drawn as unreachable.",
                    "Annotate its return as Literal[...] with the names of the nodes, or pass a path map.",
                )
                continue
            for target in branch.ends.values():
                if target not in known:
                    yield _no_such_node(source, f"The choice {name!r} leads to", target)
            if get_origin(chosen) is Literal:
                missing = {str(one) for one in get_args(chosen)} - {str(label) for label in branch.ends}
                for label in sorted(missing):
                    yield Finding(
                        "error",
                        source,
                        f"The choice {name!r} can return {label!r}, which its path map doesn't have.",
                        f"Add {label!r} to the path map, or take it out of the Literal.",
                    )


def _handlers(graph: AnyGraph, known: set[str]) -> Iterator[Finding]:
    for node in known - {START, END}:
        handler = handler_of(graph, node)
        targets = command_targets(handler) if handler else None
        if targets == []:
            yield _leads_anywhere("error", node, "The Command of its error handler")
        for target in targets or []:
            if target not in known:
                yield _no_such_node(node, "Its error handler leads to", target)


def _commands(graph: AnyGraph, known: set[str]) -> Iterator[Finding]:
    edges = {(source, target) for source, target in graph.edges}
    for node in known - {START, END}:
        targets = command_targets(function_of(graph, node))
        if targets == [] and not _declared_destinations(graph, node):
            onward = any(source == node for source, _ in edges)
            yield _leads_anywhere("warning" if onward else "error", node, "Its Command")
        for target in targets or []:
            if target not in known:
                yield _no_such_node(node, "Its Command leads to", target)
            elif (node, target) not in edges and target not in _declared_destinations(graph, node):
                yield Finding(
                    "error",
                    node,
                    f"Its Command can lead to {target!r}, which is not declared.",
                    f"Pass destinations=({target!r}, ...) to add_node, so that the graph is drawn as it runs.",
                )


def _declared_destinations(graph: AnyGraph, node: str) -> set[str]:
    ends = graph.nodes[node].ends
    return {str(end) for end in ends} if ends else set()


def _unreachable(topology: Topology) -> Iterator[Finding]:
    onward: dict[str, set[str]] = {node.name: set(node.on_error) for node in topology.nodes}
    for edge in topology.edges:
        onward.setdefault(edge.source, set()).add(edge.target)
    for name in _missed(topology, onward, START):
        yield Finding("error", name, "No way leads here from the start.", "Add an edge to it, or delete it.")


def _stuck(topology: Topology) -> Iterator[Finding]:
    back: dict[str, set[str]] = {}
    for edge in topology.edges:
        back.setdefault(edge.target, set()).add(edge.source)
    for name in _missed(topology, back, END):
        yield Finding("error", name, "No way leads from here to the end.", "Add an edge from it to a node or to END.")


def _unrecorded(graph: AnyGraph, inside: str = "") -> Iterator[Finding]:
    for node, spec in graph.nodes.items():
        inner = getattr(spec.runnable, "builder", None)
        if isinstance(inner, StateGraph):
            yield from _unrecorded(inner, f"{inside}{node}/")
        for tool in tools_of(function_of(graph, node)):
            if tool.effect is SideEffect.IRREVERSIBLE and not takes_effect(tool.function):
                yield Finding(
                    "error",
                    inside + owner_of(node),
                    f"It uses the irreversible tool {tool.name!r}, which could be done twice: it takes no Effect.",
                    f"Give {tool.name!r} a parameter annotated as nodes.effects.Effect, and act within its once().",
                )


def _missed(topology: Topology, hops: dict[str, set[str]], origin: str) -> list[str]:
    seen = {origin}
    waiting = [origin]
    while waiting:
        new = hops.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return [node.name for node in topology.nodes if node.name not in seen and node.kind not in {"start", "end"}]


def _leads_anywhere(severity: Literal["warning", "error"], where: str, what: str) -> Finding:
    return Finding(
        severity,
        where,
        f"{what} doesn't say where it leads: what it goes to is not drawn.",
        "Annotate its return as Command[Literal[...]] with the names of the nodes; return a plain update otherwise.",
    )


def _no_such_node(where: str, how: str, target: str) -> Finding:
    return Finding(
        "error", where, f"{how} {target!r}, and there is no such node.", "Correct the name, or add the node."
    )
