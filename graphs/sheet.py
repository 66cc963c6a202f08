"""The sheet that a plan's pictures are drawn on: one file, no script, light and dark, told in words as well."""

from collections.abc import Iterable
from typing import Final

from graphs.glyphs import styles
from graphs.marks import FONT, inner

_STYLE: Final = f"""
  text {{ font: 600 15px "{FONT}", system-ui, sans-serif; fill: #17201c; dominant-baseline: central }}
  .small {{ font-size: 12.5px; font-weight: 500; fill: #4b5751 }}
  .head {{ font-size: 17px; font-weight: 700 }}
  .middle {{ text-anchor: middle }}
  .end {{ text-anchor: end }}
  .page {{ fill: #f6f8f7 }}
  .box {{ fill: #ffffff }}
  .edge {{ fill: none; stroke: #7a857f; stroke-width: 1.6 }}
  .tip {{ fill: #7a857f }}
  .grid {{ stroke: #d5dcd8; stroke-width: 1 }}
  .choice {{ stroke-dasharray: 5 4 }}
"""
_DARK: Final = """
  @media (prefers-color-scheme: dark) {
  text { fill: #e8eeeb }
  .small { fill: #b9c4be }
  .page { fill: #121816 }
  .box { fill: #1c2421 }
  .edge { stroke: #8d9892 }
  .tip { fill: #8d9892 }
  .grid { stroke: #37423d }
  }
"""
TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 1 9 5 0 9z"/></marker></defs>'
)


def sheet(title: str, described: str, width: float, height: float, parts: Iterable[str]) -> str:
    """Return a whole SVG; `title` and `described` are what a screen reader says of it."""
    wide, high = round(width), round(height)
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
            f'<title id="t">{inner(title)}</title>',
            f'<desc id="d">{inner(described)}</desc>',
            f"<style>{_STYLE}{_DARK}{styles()}\n</style>",
            TIP,
            f'<rect class="page" width="{wide}" height="{high}"/>',
            *(part for part in parts if part),
            "</svg>",
            "",
        ]
    )


def word(text: str, x: float, y: float, kind: str = "") -> str:
    """Return a text at a place."""
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}">{inner(text)}</text>'


def shortened(text: str, most: int) -> str:
    """Return `text`, cut with an ellipsis when it has more than `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
