"""Draw a graph's shape as Mermaid text, SVG or PNG, without network or system programs."""

from dataclasses import replace
from importlib.resources import files
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import resvg_py

from graphs.layout import HEIGHT, Box, Layout, Line, place
from graphs.topology import Node, Topology

FONT: Final = "Hanken Grotesk"
_CHARACTER: Final = 8.6
_NARROWEST: Final = 76.0
_PNG_SCALE: Final = 2.0
_TITLES: Final = {"start": "START", "end": "END"}
_STYLE: Final = f"""
  text {{ font: 600 15px "{FONT}", system-ui, sans-serif; fill: #17201c }}
  text {{ text-anchor: middle; dominant-baseline: central }}
  .label {{ font-size: 12px; font-weight: 500; fill: #4b5751 }}
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
    ids = {node.name: f"n{place}" for place, node in enumerate(topology.nodes)}
    lines = ["flowchart TD"]
    for node in topology.nodes:
        title = '"' + escape(_title(node), {'"': "#quot;"}) + '"'
        lines.append(f"    {ids[node.name]}" + (f"([{title}])" if node.kind in _TITLES else f"({title})"))
    for edge in topology.edges:
        arrow = "-.->" if edge.conditional else "-->"
        label = f'|"{escape(edge.label, {chr(34): "#quot;"})}"|' if edge.label else ""
        lines.append(f"    {ids[edge.source]} {arrow}{label} {ids[edge.target]}")
    return "\n".join(lines) + "\n"


def svg(topology: Topology) -> str:
    """Return an SVG that stands alone: no script, no outside font or image."""
    known = {node.name for node in topology.nodes}
    drawn = [edge for edge in topology.edges if edge.source in known and edge.target in known]
    layout = place(replace(topology, edges=drawn), {node.name: _width(node) for node in topology.nodes})
    width, height = round(layout.width), round(layout.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{_STYLE}</style>",
        _ARROW,
        f'<rect width="{width}" height="{height}" fill="#f6f8f7"/>',
        *(_line(line) for line in layout.lines),
        *(_box(node, layout.boxes[node.name]) for node in topology.nodes),
        *_labels(layout),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def png(topology: Topology) -> bytes:
    """Return the SVG as a PNG of twice its size."""
    fonts = str(files("font_hanken_grotesk").joinpath("files"))
    return resvg_py.svg_to_bytes(svg_string=svg(topology), zoom=_PNG_SCALE, font_dirs=[fonts], font_family=FONT)


def _title(node: Node) -> str:
    return _TITLES.get(node.kind, node.name)


def _width(node: Node) -> float:
    return max(_NARROWEST, len(_title(node)) * _CHARACTER + 32)


def _box(node: Node, box: Box) -> str:
    radius = HEIGHT / 2 if node.kind != "step" else 9
    left, top = box.x - box.width / 2, box.y - HEIGHT / 2
    failure = f"<title>on error: {escape(', '.join(node.on_error))}</title>" if node.on_error else ""
    return (
        f'<g><rect class="{node.kind}" data-node={quoteattr(node.name)} x="{left:.1f}" y="{top:.1f}"'
        f' width="{box.width:.1f}" height="{HEIGHT:.0f}" rx="{radius:.0f}"/>{failure}'
        f'<text x="{box.x:.1f}" y="{box.y:.1f}">{escape(_title(node))}</text></g>'
    )


def _line(line: Line) -> str:
    (x, y), *rest = line.points
    path = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        path.append(
            f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}" if x != to_x else f"V{to_y:.1f}"
        )
        x, y = to_x, to_y
    dashed = " choice" if line.edge.conditional else ""
    return f'<path class="edge{dashed}" d="{" ".join(path)}" marker-end="url(#tip)"/>'


def _labels(layout: Layout) -> list[str]:
    labels = []
    for line in layout.lines:
        if line.edge.label:
            (x1, y1), (x2, y2) = line.points[:2]
            labels.append(
                f'<text class="label" x="{(x1 + x2) / 2:.1f}" y="{(y1 + y2) / 2:.1f}">{escape(line.edge.label)}</text>'
            )
    return labels
