"""A workflow's whole report for whoever asked for it in a conversation: as a file, and in words."""

import re
from collections.abc import Mapping
from typing import Any, Final

from nodes.chat_workflows import Standing
from state.conversation import Attachment
from state.turn import Channel

_FETCHED_BY_US: Final = frozenset({"chat", "api"})
"""Channels whose clients fetch a file from this server's address, with their key."""
_ESCAPED: Final = re.compile(r"\\([^\w\s])")
_RULE: Final = re.compile(r"^\|(?:\s*:?-+:?\s*\|)+$")
_MARKS: Final = re.compile(r"^(?:#{1,6}|>)\s+")


def output_of(standing: Standing) -> Mapping[str, Any]:
    """Return a run's result, empty where it is no mapping."""
    return standing.output if isinstance(standing.output, dict) else {}


def whole_report(standing: Standing) -> str:
    """Return a finished run's report in plain words, empty where it made none."""
    markdown = output_of(standing).get("markdown")
    return in_words(markdown) if standing.status == "completed" and isinstance(markdown, str) else ""


def report_file(run: str, standing: Standing, channel: Channel | None) -> Attachment | None:
    """Return the report as a page, None where there is none or the channel couldn't fetch it."""
    files = output_of(standing).get("files")
    if channel not in _FETCHED_BY_US or not isinstance(files, list):
        return None
    made = [one for one in files if isinstance(one, dict) and one.get("sha256")]
    made.sort(key=lambda one: one.get("mime") != "text/html")
    if not made:
        return None
    return Attachment("document", f"/v1/workflows/{run}/files/{made[0]['sha256']}", str(made[0].get("name", "")))


def findings_of(standing: Standing) -> int:
    """Return how many findings a run's result counts, 0 where it counts none."""
    counts = output_of(standing).get("counts")
    return sum(one for one in counts.values() if isinstance(one, int)) if isinstance(counts, dict) else 0


def in_words(markdown: str) -> str:
    """Return Markdown as a message reads: without its marks, a table's rows as lines."""
    lines = (_line(one.strip()) for one in markdown.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(one for one in lines if one is not None)).strip()


def _line(line: str) -> str | None:
    if _RULE.match(line):
        return None
    if line.startswith("|"):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        line = "• " + " – ".join(cell for cell in cells if cell)
    elif line.startswith("> "):
        line = f"«{line[2:]}»"
    elif line.startswith("- "):
        line = f"• {line[2:]}"
    bare = re.sub(r"(?<!\\)\*{1,2}", "", _MARKS.sub("", line))
    return _ESCAPED.sub(r"\1", bare)
