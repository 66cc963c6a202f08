"""Place a small graph in layers, top to bottom: every edge goes down, none through a node."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from graphs.topology import Edge, Topology

HEIGHT: Final = 44.0
GAP_X: Final = 36.0
GAP_Y: Final = 52.0
MARGIN: Final = 28.0
_SWEEPS: Final = 8
_LANE: Final = 24.0
"""Width that an edge takes where it passes a layer."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place; `x` and `y` are its centre, in pixels."""

    name: str
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """An edge's way, from the lower rim of its source to the upper rim of its target."""

    edge: Edge
    points: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and lines on a canvas of `width` by `height` pixels."""

    boxes: dict[str, Box]
    lines: list[Line]
    width: float
    height: float


def place(topology: Topology, widths: dict[str, float]) -> Layout:
    """Return the places of all nodes, given their widths; an edge back up is drawn from the upper node's side."""
    down = _downward(topology)
    level = _levels(topology, down)
    rows, routes = _rows(topology, down, level)
    _order(rows, routes)
    size = {**widths, **{stop: _LANE for route in routes.values() for stop in route[1:-1]}}
    span = [sum(size[name] for name in row) + GAP_X * (len(row) - 1) for row in rows]
    total = max(span)
    boxes: dict[str, Box] = {}
    for depth, row in enumerate(rows):
        x = MARGIN + (total - span[depth]) / 2
        for name in row:
            boxes[name] = Box(name, x + size[name] / 2, MARGIN + HEIGHT / 2 + depth * (HEIGHT + GAP_Y), size[name])
            x += size[name] + GAP_X
    lines = [_line(edge, routes[source, target], boxes) for (source, target), edge in down.items()]
    height = 2 * MARGIN + len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    return Layout({node.name: boxes[node.name] for node in topology.nodes}, lines, total + 2 * MARGIN, height)


def _downward(topology: Topology) -> dict[tuple[str, str], Edge]:
    """Return the edges by (upper, lower) node, those of a cycle turned round where the cycle closes."""
    onward: dict[str, list[Edge]] = defaultdict(list)
    for edge in topology.edges:
        onward[edge.source].append(edge)
    turned: dict[tuple[str, str], Edge] = {}
    done: set[str] = set()

    def visit(name: str, above: frozenset[str]) -> None:
        for edge in onward[name]:
            back = edge.target in above or edge.target == name
            if edge.target != name:
                turned[(edge.target, name) if back else (name, edge.target)] = edge
            if not back and edge.target not in done:
                visit(edge.target, above | {name})
        done.add(name)

    for node in topology.nodes:
        if node.name not in done:
            visit(node.name, frozenset())
    return turned


def _levels(topology: Topology, down: dict[tuple[str, str], Edge]) -> dict[str, int]:
    level = {node.name: 0 for node in topology.nodes}
    for _ in topology.nodes:
        for upper, lower in down:
            level[lower] = max(level[lower], level[upper] + 1)
    for node in topology.nodes:
        if node.kind == "end":
            level[node.name] = max(level.values())
    return level


def _rows(
    topology: Topology, down: dict[tuple[str, str], Edge], level: dict[str, int]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    for node in topology.nodes:
        rows[level[node.name]].append(node.name)
    routes: dict[tuple[str, str], list[str]] = {}
    for upper, lower in down:
        stops = [f"{upper}\0{lower}\0{depth}" for depth in range(level[upper] + 1, level[lower])]
        for depth, stop in enumerate(stops, start=level[upper] + 1):
            rows[depth].append(stop)
        routes[upper, lower] = [upper, *stops, lower]
    return rows, routes


def _order(rows: list[list[str]], routes: dict[tuple[str, str], list[str]]) -> None:
    """Sort each row by the mean place of its neighbours in the row before, down and up (Sugiyama's barycentre)."""
    near: dict[str, list[str]] = defaultdict(list)
    for route in routes.values():
        for upper, lower in pairwise(route):
            near[lower].append(upper)
            near[upper].append(lower)
    for sweep in range(_SWEEPS):
        order = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for depth in order:
            before = rows[depth - 1 if sweep % 2 == 0 else depth + 1]
            at = {name: place / max(len(before) - 1, 1) for place, name in enumerate(before)}
            mean = {name: _mean([at[one] for one in near[name] if one in at]) for name in rows[depth]}
            rows[depth].sort(key=lambda name: mean[name])


def _mean(places: list[float]) -> float:
    return sum(places) / len(places) if places else 0.5


def _line(edge: Edge, route: list[str], boxes: dict[str, Box]) -> Line:
    first, last = boxes[route[0]], boxes[route[-1]]
    points = [(first.x, first.y + HEIGHT / 2)]
    for stop in route[1:-1]:
        points += [(boxes[stop].x, boxes[stop].y - HEIGHT / 2), (boxes[stop].x, boxes[stop].y + HEIGHT / 2)]
    points.append((last.x, last.y - HEIGHT / 2))
    return Line(edge, points if edge.source == route[0] else points[::-1])
