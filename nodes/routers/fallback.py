"""Fallback: nobody knows, so the info lane says so and offers a person."""

from nodes.routers.evidence import Evidence
from nodes.routers.thresholds import Thresholds
from state.decision import Outcome, Stage


def fall_back(evidence: Evidence, thresholds: Thresholds) -> Stage:
    """Return the last stage, which always fires."""
    lane, share = max(evidence.lanes.items(), key=lambda one: one[1])
    outside = evidence.scores.out_of_scope
    outcome: Outcome = "out_of_scope" if outside >= thresholds.out_of_scope else "unsure"
    if outcome == "out_of_scope":
        reason = f"so info says that it doesn't know ({outside:.0%} out of scope)"
    else:
        reason = f"so info says that it doesn't know ({lane} is only {share:.0%} likely)"
    return Stage("fallback", True, reason, "info", confidence=evidence.lanes["info"], outcome=outcome)
