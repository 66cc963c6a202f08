"""What the stages of the chain look at: the request, and the classifier's scores once somebody asks for them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from nodes.ports import Classifier, LocalScores, RouteRequest
from nodes.routers.staying import Staying
from prompts.tenant import Intent, Tenant
from state.decision import LANES, Lane, NearestExample
from state.turn import Turn

_STAYING: Final = Staying()


@dataclass(frozen=True)
class Evidence:
    """One request as the stages see it; scored at most once."""

    request: RouteRequest
    tenant: Tenant
    classifier: Classifier

    @property
    def turn(self) -> Turn:
        """The turn to decide."""
        return self.request.turns[-1]

    @property
    def last_intent(self) -> Intent | None:
        """The last intent of the turns the conversation has spent in its lane without leaving it."""
        for turn in reversed(self.request.turns[:-1]):
            if turn.lane != self.request.current_lane:
                return None
            if turn.intent:
                return self.tenant.intent(turn.intent)
        return None

    @cached_property
    def scores(self) -> LocalScores:
        """What the classifier says about the turn's text."""
        return self.classifier.scores(self.turn.text, self.turn.locale)

    @cached_property
    def lanes(self) -> dict[Lane, float]:
        """The probability of every lane; with `scores.out_of_scope` they sum to 1."""
        shares = dict.fromkeys(LANES, 0.0)
        for name, share in self.scores.intents.items():
            intent = self.tenant.intent(name)
            shares[intent.lane if intent else "info"] += share * (1.0 - self.scores.out_of_scope)
        return shares

    @cached_property
    def lanes_in_context(self) -> dict[Lane, float]:
        """The probability of every lane given the one the conversation is in; they sum to 1."""
        return _STAYING.posterior(self.lanes, self.request.current_lane, self.turn.text, self.scores.out_of_scope)

    def candidates(self, most: int = 10) -> list[tuple[Intent, float]]:
        """Return the likeliest intents with their probabilities, best first: what a model may choose from."""
        known = [(self.tenant.intent(name), share) for name, share in self.scores.intents.items()]
        return [(intent, share) for intent, share in known if intent][:most]

    def nearest(self, most: int = 8) -> list[NearestExample]:
        """Return the labelled examples closest to the text, best first."""
        return self.scores.nearest[:most]

    def dialogue(self, most: int = 4) -> list[Turn]:
        """Return the last turns before this one, oldest first."""
        return list(self.request.turns[:-1])[-most:]

    def likeliest(self, lane: Lane) -> tuple[Intent | None, float]:
        """Return the likeliest intent of `lane` and its share of the lane's probability."""
        own = [(name, share) for name, share in self.scores.intents.items() if self._lane(name) == lane]
        if not own:
            return None, 0.0
        name, share = own[0]
        return self.tenant.intent(name), share / max(sum(share for _, share in own), 1e-12)

    def _lane(self, name: str) -> Lane | None:
        intent = self.tenant.intent(name)
        return intent.lane if intent else None
