"""The classifier's word as a stage of the chain."""

from dataclasses import dataclass

from nodes.routers.evidence import Evidence
from nodes.routers.thresholds import Thresholds
from state.decision import Lane, Stage


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The third stage; it fires when one lane is likely enough."""

    thresholds: Thresholds

    def __call__(self, evidence: Evidence) -> Stage:
        """Return the likeliest lane and its likeliest intent, taken when there is enough to it."""
        lane, share = max(evidence.lanes.items(), key=lambda one: one[1])
        intent, part = evidence.likeliest(lane)
        name = intent.name if intent and part * share >= self.thresholds.intent else None
        outside = evidence.scores.out_of_scope
        close = is_close(evidence, self.thresholds)
        fired = outside < self.thresholds.out_of_scope and share >= self.thresholds.lane and not close
        if outside >= self.thresholds.out_of_scope:
            reason = f"the text is unlike every example (nearest cosine {evidence.scores.similarity:.2f})"
        elif close:
            reason = f"{' and '.join(name for name, _ in two_likeliest(evidence))} are close"
        elif fired:
            reason = f"the examples make it {lane} ({name or 'several intents'}, {share:.0%})"
        else:
            reason = f"the examples leave it open ({lane} {share:.0%})"
        return Stage("local", fired=fired, reason=reason, lane=lane, intent=name, confidence=share)


def two_likeliest(evidence: Evidence) -> list[tuple[Lane, float]]:
    """Return the two likeliest lanes with their probabilities, best first."""
    return sorted(evidence.lanes.items(), key=lambda one: -one[1])[:2]


def is_close(evidence: Evidence, thresholds: Thresholds) -> bool:
    """Tell whether two lanes are about equally likely and hardly any other is."""
    (_, first), (_, second) = two_likeliest(evidence)
    inside = evidence.scores.out_of_scope < thresholds.out_of_scope
    return inside and first - second < thresholds.close and first + second >= thresholds.pair
