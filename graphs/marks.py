"""What every picture is drawn with: words that are safe in it, their widths, lines, and the way to a PNG."""

import re
from importlib.resources import files
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import resvg_py

from graphs.layout import Line, Point

FONT: Final = "Hanken Grotesk"
CHARACTER: Final = 8.6
"""Width in pixels of a character of 15 px, widely measured."""
_PNG_SCALE: Final = 2.0
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_DELETE: Final = 0x7F
_MERMAID: Final = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;"}


def words(text: str) -> str:
    """Return `text` on one line with its control characters made visible: no XML can hold them as they are."""
    line = re.sub(r"[\t\n\r]+", " ", text)
    shown = _CONTROL.sub(lambda found: chr(0x2400 + (0x21 if ord(found[0]) == _DELETE else ord(found[0]))), line)
    return _NOT_XML.sub("\ufffd", shown)


def inner(text: str) -> str:
    """Return `text` as the content of an SVG element."""
    return escape(words(text))


def attribute(text: str) -> str:
    """Return `text` as a quoted attribute of an SVG element."""
    return quoteattr(words(text))


def mermaid_words(text: str) -> str:
    """Return `text` quoted for Mermaid, whose own signs are written as its entities (`#35;`)."""
    return '"' + "".join(_MERMAID.get(sign, sign) for sign in words(text)) + '"'


def width_of(text: str, size: float = 15.0) -> float:
    """Return about how wide `text` is in the font of pictures, in pixels."""
    return len(words(text)) * CHARACTER * size / 15.0


def path_of(line: Line) -> str:
    """Return the `d` of a line's path: smooth between layers, round for an edge to its own node."""
    if line.edge.source == line.edge.target:
        start, out, back, end = line.points
        return f"M{_at(start)} C{_at(out)} {_at(back)} {_at(end)}"
    (x, y), *rest = line.points
    parts = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        parts.append(
            f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}" if x != to_x else f"V{to_y:.1f}"
        )
        x, y = to_x, to_y
    return " ".join(parts)


def png_of(svg: str) -> bytes:
    """Return an SVG as a PNG of twice its size."""
    fonts = str(files("font_hanken_grotesk").joinpath("files"))
    return resvg_py.svg_to_bytes(svg_string=svg, zoom=_PNG_SCALE, font_dirs=[fonts], font_family=FONT)


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
