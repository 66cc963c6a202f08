"""Draw a graph's shape as Mermaid text, SVG or PNG, without network or system programs."""

from dataclasses import replace
from typing import Final

from graphs.layout import Box, Line, place
from graphs.marks import FONT, attribute, inner, mermaid_words, path_of, png_of, width_of
from graphs.topology import Node, Topology

_NARROWEST: Final = 76.0
_LABEL: Final = 12.0
_TITLES: Final = {"start": "START", "end": "END"}
_STYLE: Final = f"""
  text {{ font: 600 15px "{FONT}", system-ui, sans-serif; fill: #17201c }}
  text {{ text-anchor: middle; dominant-baseline: central }}
  .label {{ font-size: 12px; font-weight: 500; fill: #4b5751; paint-order: stroke; stroke: #f6f8f7; stroke-width: 6px }}
  .step, .router {{ fill: #ffffff; stroke: #0b6e59; stroke-width: 1.5 }}
  .start, .end {{ fill: #e4f3ee; stroke: #0b6e59; stroke-width: 1.5 }}
  .edge {{ fill: none; stroke: #0b6e59; stroke-width: 1.6 }}
  .choice {{ stroke: #8b9590; stroke-dasharray: 5 4 }}
"""
_ARROW: Final = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 1 9 5 0 9z" fill="#0b6e59"/></marker></defs>'
)


def mermaid(topology: Topology) -> str:
    """Return a Mermaid flowchart; a choice is a dotted edge."""
    topology = _complete(topology)
    ids = {node.name: f"n{place}" for place, node in enumerate(topology.nodes)}
    lines = ["flowchart TD"]
    for node in topology.nodes:
        title = mermaid_words(_title(node))
        lines.append(f"    {ids[node.name]}" + (f"([{title}])" if node.kind in _TITLES else f"({title})"))
    for edge in topology.edges:
        arrow = "-.->" if edge.conditional else "-->"
        label = f"|{mermaid_words(edge.label)}|" if edge.label else ""
        lines.append(f"    {ids[edge.source]} {arrow}{label} {ids[edge.target]}")
    return "\n".join(lines) + "\n"


def svg(topology: Topology) -> str:
    """Return an SVG that stands alone: no script, no outside font or image."""
    drawn = _complete(topology)
    widths = {node.name: max(_NARROWEST, width_of(_title(node)) + 32) for node in topology.nodes}
    labels = {edge.label: width_of(edge.label, _LABEL) + 8 for edge in drawn.edges if edge.label}
    layout = place(drawn, widths, labels)
    width, height = round(layout.width), round(layout.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{_STYLE}</style>",
        _ARROW,
        f'<rect width="{width}" height="{height}" fill="#f6f8f7"/>',
        *(_line(line) for line in layout.lines),
        *(_box(node, layout.boxes[node.name]) for node in topology.nodes),
        *(_label(line) for line in layout.lines),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def png(topology: Topology) -> bytes:
    """Return the SVG as a PNG of twice its size."""
    return png_of(svg(topology))


def _complete(topology: Topology) -> Topology:
    """Return the graph without edges to nodes that are not there: `check` tells of them."""
    known = {node.name for node in topology.nodes}
    return replace(topology, edges=[edge for edge in topology.edges if {edge.source, edge.target} <= known])


def _title(node: Node) -> str:
    return _TITLES.get(node.kind, node.name)


def _box(node: Node, box: Box) -> str:
    radius = box.height / 2 if node.kind != "step" else 9
    left, top = box.x - box.width / 2, box.y - box.height / 2
    failure = f"<title>on error: {inner(', '.join(node.on_error))}</title>" if node.on_error else ""
    return (
        f'<g><rect class="{node.kind}" data-node={attribute(node.name)} x="{left:.1f}" y="{top:.1f}"'
        f' width="{box.width:.1f}" height="{box.height:.0f}" rx="{radius:.0f}"/>{failure}'
        f'<text x="{box.x:.1f}" y="{box.y:.1f}">{inner(_title(node))}</text></g>'
    )


def _line(line: Line) -> str:
    dashed = " choice" if line.edge.conditional else ""
    return f'<path class="edge{dashed}" d="{path_of(line)}" marker-end="url(#tip)"/>'


def _label(line: Line) -> str:
    if line.label is None:
        return ""
    x, y = line.label
    return f'<text class="label" x="{x:.1f}" y="{y:.1f}">{inner(line.edge.label or "")}</text>'
