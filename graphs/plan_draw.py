"""Draw a plan, or a run of one, as a graph: Mermaid text, SVG or PNG, without network or system programs."""

from itertools import chain
from typing import Final

from graphs.glyphs import LOOKS, glyph
from graphs.layout import Box, Line, place
from graphs.marks import attribute, inner, mermaid_words, path_of, png_of, width_of
from graphs.plan_view import PlanView, Stop, duration, ran_ms
from graphs.sheet import sheet, shortened, word
from graphs.topology import Edge, Node, Topology

_START: Final = "\0start"
_FALLBACK: Final = "\0fallback"
_PILL: Final = 36.0
_HEIGHT: Final = 62.0
_LONGEST: Final = 44
_NARROWEST: Final = 150.0
_SMALL: Final = 12.5
_HEAD: Final = 36.0


def svg(view: PlanView) -> str:
    """Return the picture as an SVG that stands alone, light or dark as the reader's machine is."""
    topology = _topology(view)
    lines = {stop.name: _lines(stop, view.now) for stop in _all(view)}
    layout = place(topology, {node.name: _width(node, lines, view) for node in topology.nodes}, height=_HEIGHT)
    shown = [
        *(_edge(line, view) for line in layout.lines),
        *(_pill(name, title, layout.boxes[name]) for name, title in _pills(view)),
        *(_box(stop, layout.boxes[stop.name], lines[stop.name]) for stop in _all(view)),
    ]
    heading = headline(view)
    width = max(layout.width, width_of(heading, 17.0) + 56)
    moved = f'<g transform="translate({(width - layout.width) / 2:.1f} {_HEAD:.0f})">'
    return sheet(
        f"Plan: {heading}",
        described(view),
        width,
        layout.height + _HEAD,
        [word(heading, 28, 30, "head"), moved, *shown, "</g>"],
    )


def png(view: PlanView) -> bytes:
    """Return the SVG as a PNG of twice its size, light."""
    return png_of(svg(view))


def mermaid(view: PlanView) -> str:
    """Return a Mermaid flowchart; a state is a sign, a word and a border."""
    topology = _topology(view)
    ids = {node.name: f"n{number}" for number, node in enumerate(topology.nodes)}
    out = ["flowchart TD"]
    out += [f"    {ids[name]}([{mermaid_words(title)}])" for name, title in _pills(view)]
    for stop in _all(view):
        title, *rest = _lines(stop, view.now)
        text = "<br/>".join(mermaid_words(line)[1:-1] for line in (f"{LOOKS[stop.standing].sign} {title}", *rest))
        opened, closed = ("[[", "]]") if stop.is_many else ("(", ")")
        out.append(f'    {ids[stop.name]}{opened}"{text}"{closed}:::{stop.standing}')
    out += [
        f"    {ids[edge.source]} {'-.->' if edge.conditional else '-->'} {ids[edge.target]}" for edge in topology.edges
    ]
    for standing in dict.fromkeys(stop.standing for stop in _all(view)):
        look = LOOKS[standing]
        dash = f",stroke-dasharray:{look.dash}" if look.dash else ""
        out.append(f"    classDef {standing} stroke:{look.light},stroke-width:{look.width}px{dash}")
    return "\n".join(out) + "\n"


def headline(view: PlanView) -> str:
    """Return a plan's title, and where its run is."""
    if view.status is None:
        return view.title
    took = "" if view.started is None else f", {duration((view.ended or view.now) - view.started)}"
    return f"{view.title}: {view.status}{took}"


def described(view: PlanView) -> str:
    """Return the picture in words: every step with its state and what it waits for."""
    told = []
    for stop in _all(view):
        needs = f" after {', '.join(one for one in stop.needs)}" if stop.needs else ""
        told.append(f"{stop.title}: {', '.join(_lines(stop, view.now)[1:])}{needs}.")
    reason = f" {view.reason}" if view.reason else ""
    return f"{len(view.stops)} steps.{reason} " + " ".join(told)


def _all(view: PlanView) -> tuple[Stop, ...]:
    return (*view.stops, *view.fallback)


def _pills(view: PlanView) -> list[tuple[str, str]]:
    return [(_START, "start"), *([(_FALLBACK, "fallback plan")] if view.fallback else [])]


def _topology(view: PlanView) -> Topology:
    nodes = [Node(name, "start") for name, _ in _pills(view)] + [Node(stop.name, "step") for stop in _all(view)]
    known = {node.name for node in nodes}
    edges = [Edge(_START, _FALLBACK, conditional=True)] if view.fallback else []
    for origin, stops in ((_START, view.stops), (_FALLBACK, view.fallback)):
        for stop in stops:
            before = [one for one in stop.needs if one in known] or [origin]
            maybe = any(note.startswith("only if") for note in stop.notes)
            edges += [Edge(one, stop.name, conditional=maybe) for one in before]
    return Topology(nodes, edges, "")


def _lines(stop: Stop, now: int) -> list[str]:
    """Return a step's title, its state in words, and who does what."""
    said = [LOOKS[stop.standing].word] if stop.task else []
    if stop.items:
        said.append(f"{sum(1 for one in stop.items if one.status in {'completed', 'failed'})} of {len(stop.items)}")
    task = stop.task
    if task and (ms := ran_ms(task, now)) is not None:
        said.append(duration(ms))
    if task and len(task.attempts) > 1:
        said.append(f"{len(task.attempts)} attempts")
    if task and task.attempts and task.attempts[-1].fallback:
        said.append("by its fallback")
    return [shortened(stop.title, _LONGEST), *([" · ".join(said)] if said else []), shortened(stop.work, _LONGEST)]


def _width(node: Node, lines: dict[str, list[str]], view: PlanView) -> float:
    if node.kind == "start":
        return max(90.0, width_of(dict(_pills(view))[node.name]) + 40)
    title, *rest = lines[node.name]
    return max(_NARROWEST, width_of(title) + 60, *(width_of(line, _SMALL) + 32 for line in rest))


def _pill(name: str, title: str, box: Box) -> str:
    left, top = box.x - box.width / 2, box.y - _PILL / 2
    return (
        f'<g><rect class="box edge" data-node={attribute(name.strip(chr(0)))} x="{left:.1f}" y="{top:.1f}"'
        f' width="{box.width:.1f}" height="{_PILL:.0f}" rx="{_PILL / 2:.0f}"/>{word(title, box.x, box.y, "middle")}</g>'
    )


def _box(stop: Stop, box: Box, lines: list[str]) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    size = f'width="{box.width:.1f}" height="{box.height:.0f}" rx="9"'
    border = f"box edge-of {stop.standing}"
    behind = f'<rect class="{border}" x="{left + 5:.1f}" y="{top - 5:.1f}" {size}/>' if stop.is_many else ""
    title, *rest = lines
    step = 17.0
    first = box.y - step * len(rest) / 2
    told = "; ".join(chain(lines, stop.notes, [stop.task.reason] if stop.task and stop.task.reason else []))
    return "".join(
        [
            f"<g><title>{inner(told)}</title>{behind}",
            f'<rect class="{border}" data-node={attribute(stop.name)} x="{left:.1f}" y="{top:.1f}" {size}/>',
            glyph(stop.standing, left + 12, first - 8),
            word(title, left + 36, first),
            *(word(line, left + 14, first + 1 + step * number, "small") for number, line in enumerate(rest, start=1)),
            "</g>",
        ]
    )


def _edge(line: Line, view: PlanView) -> str:
    pills = {name for name, _ in _pills(view)}
    (x, y), *between, (to_x, to_y) = line.points
    lower = _HEIGHT / 2 - _PILL / 2
    start = (x, y - lower) if line.edge.source in pills else (x, y)
    end = (to_x, to_y + lower) if line.edge.target in pills else (to_x, to_y)
    dashed = " choice" if line.edge.conditional else ""
    return f'<path class="edge{dashed}" d="{path_of(Line(line.edge, [start, *between, end]))}" marker-end="url(#tip)"/>'
