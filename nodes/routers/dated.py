"""A day and nothing else, after opening hours: it asks about that day's."""

from nodes.lanes.dates import only_a_day
from nodes.routers.evidence import Evidence
from state.decision import Stage


def next_day(evidence: Evidence) -> Stage | None:
    """Return that the hours of another day are asked for: "y el 25?" after "abrís el 24 de diciembre?"."""
    last = evidence.last_intent
    if last is None or last.answer.action != "hours" or not only_a_day(evidence.turn.text, evidence.turn.locale):
        return None
    return Stage("rules", True, "it is a day, after opening hours", last.lane, last.name, 0.97)
