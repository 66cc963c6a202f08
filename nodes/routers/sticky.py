"""Stickiness: what the conversation is in the middle of."""

import re
from dataclasses import dataclass
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.ports import LocalScores
from nodes.routers.awaited import FORMS
from nodes.routers.evidence import Evidence
from nodes.routers.thresholds import Thresholds
from state.decision import Lane, Stage

AWAITED_CONFIDENCE: Final = 0.95
"""Of an answer in the form that was asked for."""

ORDER_NUMBER: Final = re.compile(r"\b(?=[\w-]*\d{3})[\w-]{3,}\b")
"""Something like an order number: a run of letters, digits and hyphens with at least three digits in a row."""


@dataclass(frozen=True, slots=True)
class Sticky:
    """The second stage; it fires when the text reads as the next line of what is going on."""

    thresholds: Thresholds

    def __call__(self, evidence: Evidence) -> Stage:
        """Return whether the conversation stays in its lane."""
        lane = evidence.request.current_lane
        if lane is None or lane == "handoff":
            return _passed("nothing is going on")
        other, share = _strongest_other(evidence, lane)
        if share >= self.thresholds.switch:
            return _passed(f"the topic is {other} now")
        if answers(evidence):
            reason = f"{evidence.request.awaiting} was asked for, so the turn stays in {lane}"
            return _stays(evidence, lane, reason, AWAITED_CONFIDENCE, asked=True)
        if evidence.continued is None:
            return _passed(f"nothing in {lane} waits to be continued")
        if evidence.lanes[lane] < self.thresholds.lane or _lane_of(evidence.alone, evidence) == lane:
            return _passed("the message stands for itself")
        return _stays(evidence, lane, f"as the next line after {evidence.continued.name} it stays in {lane}", 0.0)


def answers(evidence: Evidence) -> bool:
    """Tell whether the turn's text looks like what the last reply asked for."""
    match evidence.request.awaiting:
        case None | "choice":
            return False
        case awaited if awaited in FORMS:
            return False  # the rules know what an answer to it looks like
        case "order_number":
            return ORDER_NUMBER.search(evidence.turn.text) is not None
        case "product":
            return bool(Knowledge.of(evidence.tenant).named(evidence.turn.text))
        case _:
            return bool(evidence.turn.text)


def _strongest_other(evidence: Evidence, lane: Lane) -> tuple[Lane, float]:
    """Return the likeliest lane but `lane`, and its probability."""
    return max(((name, share) for name, share in evidence.lanes.items() if name != lane), key=lambda one: one[1])


def _lane_of(scores: LocalScores, evidence: Evidence) -> Lane | None:
    """Return the likeliest intent's lane, or none where the text is none of the tenant's business."""
    name, share = next(iter(scores.intents.items()))
    intent, inside = evidence.tenant.intent(name), share * (1.0 - scores.out_of_scope)
    return intent.lane if intent and inside > scores.out_of_scope else None


def _stays(evidence: Evidence, lane: Lane, reason: str, confidence: float, *, asked: bool = False) -> Stage:
    """Stay with the intent the question came from, or with the lane's intent that the text is most likely about."""
    last = evidence.last_intent
    likeliest, share = evidence.likeliest(lane)
    intent = likeliest if likeliest and not asked and share >= 0.5 else last or likeliest  # noqa: PLR2004 - the majority
    confidence = max(confidence, evidence.lanes[lane])
    name = intent.name if intent else None
    return Stage("sticky", fired=True, reason=reason, lane=lane, intent=name, confidence=confidence)


def _passed(reason: str) -> Stage:
    return Stage("sticky", fired=False, reason=reason)
