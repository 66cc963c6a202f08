"""Colours that can be read: contrast as WCAG 2.2 measures it."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from typing import Final

from pydantic import BaseModel

LEAST: Final = 4.5
"""Contrast that text needs at least (WCAG 2.2, 1.4.3)."""
_LINEAR: Final = 0.04045
_HEX: Final = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_STEP: Final = 0.01


class Palette(BaseModel):
    """The colours of a site in light and in dark, `#rrggbb`; `on_accent` is text on the accent."""

    paper: tuple[str, str]
    tint: tuple[str, str]
    ink: tuple[str, str]
    soft: tuple[str, str]
    line: tuple[str, str]
    accent: tuple[str, str]
    on_accent: tuple[str, str]


def palette_of(accent: str) -> Palette:
    """Return a site's colours: paper and ink with a touch of the accent, the accent dark or light enough to be read."""
    hue, _, saturation = rgb_to_hls(*_rgb(accent))
    touch = min(saturation, 0.5)

    def shade(lightness: float, share: float) -> str:
        return _hex(hls_to_rgb(hue, lightness, touch * share))

    paper, tint = (shade(0.985, 0.5), shade(0.09, 0.22)), (shade(0.95, 0.55), shade(0.135, 0.25))
    bright = (_legible(accent, tint[0], darker=True), _legible(accent, tint[1], darker=False))
    return Palette(
        paper=paper,
        tint=tint,
        ink=(shade(0.12, 0.3), shade(0.92, 0.25)),
        soft=(shade(0.33, 0.25), shade(0.72, 0.2)),
        line=(shade(0.86, 0.4), shade(0.24, 0.25)),
        accent=bright,
        on_accent=(_on(bright[0]), _on(bright[1])),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _legible(colour: str, on: str, *, darker: bool) -> str:
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))
    found = colour
    while contrast(found, on) < LEAST + 0.2:  # black on a light tint and white on a dark one have far more
        lightness = min(max(lightness - _STEP if darker else lightness + _STEP, 0.0), 1.0)
        found = _hex(hls_to_rgb(hue, lightness, saturation))
    return found


def _on(colour: str) -> str:
    return max(("#ffffff", "#14110e"), key=lambda one: contrast(one, colour))


def _luminance(colour: str) -> float:
    red, green, blue = (one / 12.92 if one <= _LINEAR else ((one + 0.055) / 1.055) ** 2.4 for one in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> tuple[float, float, float]:
    found = _HEX.fullmatch(colour)
    assert found is not None  # noqa: S101 # the brief's own pattern has checked it
    red, green, blue = (int(part, 16) / 255 for part in found.groups())
    return red, green, blue


def _hex(rgb: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
