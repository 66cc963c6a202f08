"""How likely a conversation stays in its lane: a prior over lanes, for tenants that have no dialogues to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, log1p
from typing import Final, TypeVar

from nodes.ports import Classifier
from nodes.routers.phrases import phrase

_LEAST: Final = 1e-4
_EDGE: Final = 1e-3

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Staying:
    """The log-odds of the previous lane, by how elliptic the text is.

    The defaults are what `python -m evals.dialogue --turns sgd_turns_train_12k.jsonl --lanes domain --learn` prints:
    they are learned from SGD (Rastogi et al., 2020), with the router's own previous lane and a classifier that has
    seen openings only, as a tenant's has. They name no lane and no language.

    Attributes:
        evidence: exponent of the classifier's probabilities; the text of a follow-up is weaker evidence than an
            example.
        stay: of a text of no words that is like the examples.
        word: per natural logarithm of 1 + words: who says more says what it is about.
        strange: per log-odds of out of scope: a follow-up is like no example either.
    """

    evidence: float = 0.75
    stay: float = 4.21
    word: float = -0.50
    strange: float = 0.35

    def odds(self, text: str, out_of_scope: float) -> float:
        """Return the log-odds of staying that `text` has before anybody looks at what it is about."""
        inside = min(max(out_of_scope, _EDGE), 1.0 - _EDGE)
        words = len(phrase(text).split())
        return self.stay + self.word * log1p(words) + self.strange * log(inside / (1.0 - inside))

    def posterior(
        self, shares: Mapping[Name, float], previous: Name | None, text: str, out_of_scope: float
    ) -> dict[Name, float]:
        """Return the probabilities of the lanes given where the conversation was; they sum to 1.

        `shares` are the classifier's; without a previous lane they come back as they are, made to sum to 1.
        """
        exponent = 1.0 if previous is None else self.evidence
        logs = {name: exponent * log(max(share, _LEAST)) for name, share in shares.items()}
        if previous is not None:
            logs[previous] += self.odds(text, out_of_scope)
        highest = max(logs.values())
        powers = {name: exp(one - highest) for name, one in logs.items()}
        total = sum(powers.values())
        return {name: power / total for name, power in powers.items()}


@dataclass(frozen=True, slots=True)
class StayingRouter:
    """What a tenant without dialogues has: a classifier of single turns, and the prior.

    `lanes` gives the lane of every intent; an intent that isn't named is its own lane.
    """

    classifier: Classifier
    lanes: Mapping[str, str]
    locale: str
    staying: Staying = Staying()

    def decide(self, text: str, last_bot: str, previous_lane: str | None) -> tuple[str, dict[str, float]]:
        """Return the likeliest lane and the probability of each, as `DialogueRouter.decide`; the reply has no say."""
        del last_bot
        scores = self.classifier.scores(text, self.locale)
        shares: dict[str, float] = {}
        for intent, share in scores.intents.items():
            lane = self.lanes.get(intent, intent)
            shares[lane] = shares.get(lane, 0.0) + share
        previous = previous_lane if previous_lane in shares else None
        by_lane = self.staying.posterior(shares, previous, text, scores.out_of_scope)
        return max(by_lane, key=by_lane.__getitem__), by_lane
