"""Write Markdown the way WhatsApp shows it: `*bold*`, `_italic_`, `~struck~`, and code in three backticks."""

import re
from typing import Final

_CODE: Final = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_RULES: Final = (
    (re.compile(r"!?\[([^\]\n]+)\]\((https?://[^\s)]+)\)"), r"\1 (\2)"),
    (re.compile(r"^#{1,6}[ \t]+(?:\*\*)?(.+?)(?:\*\*)?[ \t]*#*$", re.MULTILINE), r"*\1*"),
    (re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^\n]+?)(?<=[^\s*])\*\*(?![\w*])"), r"*\1*"),
    (re.compile(r"(?<![\w_])__(?=[^\s_])([^\n]+?)(?<=[^\s_])__(?![\w_])"), r"*\1*"),
    (re.compile(r"(?<![\w~])~~(?=[^\s~])([^\n]+?)(?<=[^\s~])~~(?![\w~])"), r"~\1~"),
)
_LANGUAGE: Final = re.compile(r"^```[\w+-]+\n")


def as_whatsapp(text: str) -> str:
    """Return `text` with Markdown's bold, struck text, headings and links rewritten; all else, and code, as it is."""
    parts = _CODE.split(text)
    return "".join(_LANGUAGE.sub("```\n", part) if place % 2 else _plain(part) for place, part in enumerate(parts))


def _plain(text: str) -> str:
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
