"""Messages that say nothing to a shop: a number that nobody asked for, a piece of a program."""

import re
from typing import Final

from nodes.lanes.shopping import reading
from nodes.routers.evidence import Evidence
from state.decision import Stage

_CODE: Final = re.compile(
    r"\b(?:drop|truncate|alter|create)\s+(?:table|database)\b|\bunion\s+(?:all\s+)?select\b|"
    r"\bselect\b.+\bfrom\b.+(?:;|--)|\b(?:delete\s+from|insert\s+into)\b.+(?:;|--)|'\s*or\s+'?1'?\s*=\s*'?1|"
    r"<\s*/?\s*(?:script|iframe|img|svg)\b|\$\{.+\}|\{\{.+\}\}",
    re.IGNORECASE,
)


def senseless(evidence: Evidence) -> Stage | None:
    """Return that nobody knows what code means, or a number alone where nothing was asked or shown before."""
    request, text = evidence.request, evidence.turn.text
    number = reading.bare_number(text) and not request.awaiting and evidence.last_intent is None
    if not number and not _CODE.search(text):
        return None
    reason = "a number alone says nothing, and nothing was asked" if number else "it is written for a program"
    return Stage("rules", True, reason, "info", None, evidence.lanes["info"], outcome="unsure")
