"""How a state looks: a glyph, a border and a word, so that none is told by its colour alone."""

from dataclasses import dataclass
from typing import Final

from graphs.plan_view import Standing


@dataclass(frozen=True, slots=True)
class Look:
    """A state's word, its sign in text, its drawn glyph (in a square of 16 by 16) and its border.

    Attributes:
        light, dark: colours on a light and a dark page; at least 4.5 : 1 against the box.
        dash: SVG's `stroke-dasharray`, empty for a solid border.
    """

    word: str
    sign: str
    glyph: str
    light: str
    dark: str
    width: float = 1.5
    dash: str = ""


_RING: Final = '<circle cx="8" cy="8" r="6" class="thin"/>'

_PIE: Final = '<path d="M8 8V2a6 6 0 0 1 6 6z" class="solid"/>'
_HALF: Final = '<path d="M8 2a6 6 0 0 1 0 12z" class="solid"/>'
_TICK: Final = '<path d="M2.5 8.5 6.3 12.5 13.5 4" class="line"/>'
_MARK: Final = '<path d="M8 2v7.5" class="line"/><circle cx="8" cy="13" r="1.5" class="solid"/>'
_DASH: Final = '<path d="M3 8h10" class="line"/>'
_CROSS: Final = '<path d="M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5" class="line"/>'
_BARS: Final = '<path d="M5.5 3v10M10.5 3v10" class="line"/>'

LOOKS: Final[dict[Standing, Look]] = {
    "planned": Look("planned", "○", _RING, "#4b5751", "#aeb9b4"),
    "pending": Look("pending", "○", _RING, "#4b5751", "#aeb9b4", 1.2, "6 4"),
    "ready": Look("ready", "◔", _RING + _PIE, "#59508a", "#b9aef0", 1.5, "2 3"),
    "in_progress": Look("in progress", "◐", _RING + _HALF, "#1559a8", "#8fc1ff", 3.0),
    "completed": Look("completed", "✓", _TICK, "#0b6e59", "#62d3b4"),
    "failed": Look("failed", "!", _MARK, "#a8201a", "#ff9a92", 3.0, "10 3"),
    "skipped": Look("skipped", "–", _DASH, "#4b5751", "#aeb9b4", 1.2, "2 5"),
    "cancelled": Look("cancelled", "✕", _CROSS, "#6b4a12", "#e2be7d", 1.5, "9 3 2 3"),
    "waiting": Look("waiting for a person", "❚❚", _BARS, "#7a4a00", "#f0bd6b", 2.2, "4 3"),
}


def glyph(standing: Standing, x: float, y: float) -> str:
    """Return a state's glyph, its upper left corner at a place."""
    return f'<g class="glyph {standing}" transform="translate({x:.1f} {y:.1f})">{LOOKS[standing].glyph}</g>'


def styles() -> str:
    """Return the styles of all states, light and dark."""
    rules = [
        "  .glyph .thin { fill: none; stroke-width: 1.6 }",
        "  .glyph .line { fill: none; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round }",
        *(_rule(name, look, look.light) for name, look in LOOKS.items()),
    ]
    rules.append("  .bar { fill-opacity: 0.16 }")
    dark = [_colours(name, look.dark) for name, look in LOOKS.items()]
    return "\n".join([*rules, "  @media (prefers-color-scheme: dark) {", *dark, "  }"])


def _rule(name: str, look: Look, colour: str) -> str:
    dash = f"; stroke-dasharray: {look.dash}" if look.dash else ""
    return f"{_colours(name, colour)}\n  .edge-of.{name} {{ stroke-width: {look.width}{dash} }}"


def _colours(name: str, colour: str) -> str:
    return (
        f"  .edge-of.{name}, .{name} .thin, .{name} .line {{ stroke: {colour} }} "
        f".{name} .solid, .bar.{name} {{ fill: {colour} }}"
    )
