"""Place a graph in layers, top to bottom: every edge has a way of its own, none through a node or another's label."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from graphs.topology import Edge, Topology

HEIGHT: Final = 44.0
GAP_X: Final = 36.0
GAP_Y: Final = 52.0
MARGIN: Final = 28.0
LOOP: Final = 30.0
"""How far a node's edge to itself stands out at its right."""
LABEL_HEIGHT: Final = 18.0
_SWEEPS: Final = 8
_LANE: Final = 24.0
"""Width that an edge takes where it passes a layer."""
_LABEL_GAP: Final = 26.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place; `x` and `y` are its centre, in pixels."""

    name: str
    x: float
    y: float
    width: float
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """An edge's way from its source to its target; `label` is the centre of the space kept for its label.

    An edge between layers goes from rim to rim; one from a node to itself leaves and enters at the right.
    """

    edge: Edge
    points: list[Point]
    label: Point | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and lines on a canvas of `width` by `height` pixels."""

    boxes: dict[str, Box]
    lines: list[Line]
    width: float
    height: float


@dataclass(slots=True)
class _Route:
    """An edge by the layers that it passes: `stops` are the names of its places in them, ends included."""

    edge: Edge
    upper: str
    lower: str
    stops: list[str] = field(default_factory=list)
    labelled: str | None = None


def place(
    topology: Topology, widths: Mapping[str, float], labels: Mapping[str, float] | None = None, height: float = HEIGHT
) -> Layout:
    """Return the places of all nodes and edges.

    Args:
        topology: what is drawn; its edges may only name its nodes.
        widths: of the nodes, by name.
        labels: widths of the edges' labels, by their text; a label that isn't there gets no space.
        height: of every node.
    """
    wide = labels or {}
    routes = _downward(topology)
    rows, thin = _rows(topology, routes, wide)
    _order(rows, routes)
    loops = [edge for edge in topology.edges if edge.source == edge.target]
    size = _sizes(topology, routes, widths, wide)
    for edge in loops:
        size[edge.source] = max(size[edge.source], widths[edge.source] + _loop_width(edge, wide))
    boxes, across, down = _boxes(rows, thin, size, widths, height)
    lines = [_line(route, boxes) for route in routes] + [_loop(edge, boxes, wide) for edge in loops]
    return Layout({node.name: boxes[node.name] for node in topology.nodes}, lines, across, down)


def _downward(topology: Topology) -> list[_Route]:
    """Return the edges from upper to lower node, those of a cycle turned round where the cycle closes."""
    onward: dict[str, list[Edge]] = defaultdict(list)
    for edge in topology.edges:
        if edge.source != edge.target:
            onward[edge.source].append(edge)
    routes: list[_Route] = []
    done: set[str] = set()
    for node in topology.nodes:
        if node.name not in done:
            routes += _visit(node.name, onward, done)
    return routes


def _visit(origin: str, onward: Mapping[str, list[Edge]], done: set[str]) -> Iterator[_Route]:
    above = {origin}
    path: list[tuple[str, Iterator[Edge]]] = [(origin, iter(onward.get(origin, ())))]
    while path:
        name, edges = path[-1]
        edge = next(edges, None)
        if edge is None:
            path.pop()
            above.discard(name)
            done.add(name)
        elif edge.target in above:
            yield _Route(edge, edge.target, name)
        else:
            yield _Route(edge, name, edge.target)
            if edge.target not in done:
                above.add(edge.target)
                path.append((edge.target, iter(onward.get(edge.target, ()))))


def _levels(topology: Topology, routes: list[_Route]) -> dict[str, int]:
    """Return each node's layer: one below the lowest of those above it."""
    level = {node.name: 0 for node in topology.nodes}
    below: dict[str, list[str]] = defaultdict(list)
    missing = dict.fromkeys(level, 0)
    for route in routes:
        below[route.upper].append(route.lower)
        missing[route.lower] += 1
    ready = [name for name, count in missing.items() if not count]
    while ready:
        name = ready.pop()
        for lower in below[name]:
            level[lower] = max(level[lower], level[name] + 1)
            missing[lower] -= 1
            if not missing[lower]:
                ready.append(lower)
    for node in topology.nodes:
        if node.kind == "end":
            level[node.name] = max(level.values())
    return level


def _rows(
    topology: Topology, routes: list[_Route], labels: Mapping[str, float]
) -> tuple[list[list[str]], frozenset[int]]:
    """Return the layers' names, and which layers are thin: put in for labels and for edges side by side."""
    level = _levels(topology, routes)
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for route in routes:
        pairs[route.upper, route.lower] += 1
    split = {level[one.upper] for one in routes if one.edge.label in labels or pairs[one.upper, one.lower] > 1}
    depth = {old: old + sum(1 for before in split if before < old) for old in range(max(level.values()) + 1)}
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in topology.nodes:
        rows[depth[level[node.name]]].append(node.name)
    for number, route in enumerate(routes):
        passed = range(depth[level[route.upper]] + 1, depth[level[route.lower]])
        stops = [f"\0{number}\0{one}" for one in passed]
        for one, stop in zip(passed, stops, strict=True):
            rows[one].append(stop)
        route.stops = [route.upper, *stops, route.lower]
        route.labelled = stops[0] if route.edge.label in labels else None
    return rows, frozenset(depth[old] + 1 for old in split)


def _order(rows: list[list[str]], routes: list[_Route]) -> None:
    """Sort each row by the mean place of its neighbours in the row before, down and up (Sugiyama's barycentre)."""
    near: dict[str, list[str]] = defaultdict(list)
    for route in routes:
        for upper, lower in pairwise(route.stops):
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


def _sizes(
    topology: Topology, routes: list[_Route], widths: Mapping[str, float], labels: Mapping[str, float]
) -> dict[str, float]:
    size = {node.name: widths[node.name] for node in topology.nodes}
    for route in routes:
        size |= dict.fromkeys(route.stops[1:-1], _LANE)
        if route.labelled:
            size[route.labelled] = max(labels[route.edge.label or ""], _LANE)
    return size


def _boxes(
    rows: list[list[str]],
    thin: frozenset[int],
    size: Mapping[str, float],
    widths: Mapping[str, float],
    height: float,
) -> tuple[dict[str, Box], float, float]:
    span = [sum(size[name] for name in row) + GAP_X * (len(row) - 1) for row in rows]
    total = max(span)
    boxes: dict[str, Box] = {}
    top = MARGIN
    for depth, row in enumerate(rows):
        tall = LABEL_HEIGHT if depth in thin else height
        x = MARGIN + (total - span[depth]) / 2
        for name in row:
            width = widths.get(name, size[name])
            boxes[name] = Box(name, x + width / 2, top + tall / 2, width, tall)
            x += size[name] + GAP_X
        top += tall + (_LABEL_GAP if depth in thin or depth + 1 in thin else GAP_Y)
    bottom = max(box.y + box.height / 2 for box in boxes.values())
    return boxes, total + 2 * MARGIN, bottom + MARGIN


def _line(route: _Route, boxes: Mapping[str, Box]) -> Line:
    first, last = boxes[route.stops[0]], boxes[route.stops[-1]]
    points = [(first.x, first.y + first.height / 2)]
    for stop in route.stops[1:-1]:
        box = boxes[stop]
        points += [(box.x, box.y - box.height / 2), (box.x, box.y + box.height / 2)]
    points.append((last.x, last.y - last.height / 2))
    label = boxes[route.labelled] if route.labelled else None
    return Line(
        route.edge,
        points if route.edge.source == route.upper else points[::-1],
        (label.x, label.y) if label else None,
    )


def _loop_width(edge: Edge, labels: Mapping[str, float]) -> float:
    label = labels.get(edge.label or "", 0.0)
    return LOOP + (8 + label if label else 0.0)


def _loop(edge: Edge, boxes: Mapping[str, Box], labels: Mapping[str, float]) -> Line:
    box = boxes[edge.source]
    right, low = box.x + box.width / 2, box.height / 4
    points = [(right, box.y - low), (right + LOOP, box.y - low), (right + LOOP, box.y + low), (right, box.y + low)]
    label = labels.get(edge.label or "", 0.0)
    return Line(edge, points, (right + LOOP + 8 + label / 2, box.y) if label else None)
