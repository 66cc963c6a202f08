"""Clarify: two lanes are close, so the customer is asked which was meant; once, not twice in a row."""

from dataclasses import dataclass
from typing import Final

from nodes.lanes.clarifying import CHOICE
from nodes.routers.evidence import Evidence
from nodes.routers.following import is_polite
from nodes.routers.likeliest import is_close, two_likeliest
from nodes.routers.thresholds import Thresholds
from state.decision import Candidate, Stage

_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Clarify:
    """The stage before the last; where it has just asked, it takes the likelier lane."""

    thresholds: Thresholds

    def __call__(self, evidence: Evidence) -> Stage:
        """Return whether to ask."""
        if not is_close(evidence, self.thresholds):
            return Stage("clarify", fired=False, reason="no two lanes are close")
        offered = candidates(evidence)
        if len(offered) < _TWO:
            return _only(offered)
        taken = next(one for one in offered if one.lane != "handoff")
        other = next(one.lane for one in offered if one is not taken)
        if evidence.request.awaiting == CHOICE:
            reason = f"the customer was asked just before, so {taken.lane} is taken"
            return Stage("clarify", True, reason, taken.lane, taken.intent, taken.confidence)
        reason = f"so the customer is asked whether {taken.lane} or {other} was meant"
        return Stage("clarify", True, reason, taken.lane, taken.intent, taken.confidence, outcome="clarify")


def _only(offered: list[Candidate]) -> Stage:
    """Nobody asks whether a greeting was meant: what was said beside it is."""
    if not offered:
        return Stage("clarify", fired=False, reason="there is nothing to ask about")
    [one] = offered
    return Stage("clarify", True, f"a greeting aside it is {one.lane}", one.lane, one.intent, one.confidence)


def candidates(evidence: Evidence) -> list[Candidate]:
    """Return the two lanes to choose from with the likeliest intent of each; small talk is no choice.

    The lane that asks is never handoff: that one would call a person.
    """
    found = [(lane, evidence.likeliest(lane)[0], share) for lane, share in two_likeliest(evidence)]
    return [Candidate(lane, intent.name, share) for lane, intent, share in found if intent and not is_polite(intent)]
