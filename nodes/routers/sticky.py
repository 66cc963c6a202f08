"""Stickiness: what the conversation is in the middle of."""

import re
from dataclasses import dataclass
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.routers.awaited import FORMS
from nodes.routers.evidence import Evidence
from nodes.routers.phrases import phrase
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
        words = len(phrase(evidence.turn.text).split())
        other, share = _strongest_other(evidence, lane, by_intent=words <= self.thresholds.bare)
        if share >= self.thresholds.switch:
            return _passed(f"the topic is {other} now")
        if answers(evidence):
            reason = f"{evidence.request.awaiting} was asked for, so the turn stays in {lane}"
            return _stays(evidence, lane, reason, AWAITED_CONFIDENCE, asked=True)
        last = evidence.last_intent
        if last is None or not last.sticky:
            return _passed(f"nothing in {lane} waits to be continued")
        strange = evidence.scores.out_of_scope >= self.thresholds.strange
        longest = self.thresholds.short_strange if strange else self.thresholds.short
        if words > longest or evidence.lanes[lane] >= self.thresholds.lane:
            return _passed("the message stands for itself")
        return _stays(evidence, lane, f"a short follow-up stays in {lane}", evidence.lanes_in_context[lane])


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


def _strongest_other(evidence: Evidence, lane: Lane, *, by_intent: bool) -> tuple[Lane, float]:
    """Return the likeliest lane but `lane`, and its probability, or that of its likeliest intent."""
    others = {name: share for name, share in evidence.lanes.items() if name != lane}
    if by_intent:
        others = {name: share * evidence.likeliest(name)[1] for name, share in others.items()}
    return max(others.items(), key=lambda one: one[1])


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
