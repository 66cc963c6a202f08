"""What the stages of the chain look at: the request, and the classifier's scores once somebody asks for them."""

from collections.abc import Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.shopping.naming import without_introduction
from nodes.ports import Classifier, LocalScores, RouteRequest
from nodes.routers.following import Following
from nodes.routers.persons import says_they_are
from prompts.tenant import Intent, Tenant
from state.decision import LANES, Lane, NearestExample
from state.turn import DeskPart, Turn

PLAIN: Final = 0.86
"""From which an intent is what the text says, whatever went before and whatever is likely.

By the demo shop's follow-ups, scored as if they weren't examples: against 0.7, 3.0 points more of them are right, and
0.7 points less of what has nothing to do with what went before.
Measured at 0.8; raised since the nearest examples vote, by 80 next lines that were written apart."""
_BACK: Final = 0.8
"""From which somebody who is with the assistant asks for it nevertheless."""
_RATHER: Final = 0.5


@dataclass(frozen=True)
class Evidence:
    """One request as the stages see it; scored at most once."""

    request: RouteRequest
    tenant: Tenant
    classifier: Classifier
    following: Following | None = None

    @property
    def turn(self) -> Turn:
        """The turn to decide."""
        return self.request.turns[-1]

    @property
    def last_intent(self) -> Intent | None:
        """The last intent of the turns the conversation has spent in its lane without leaving it."""
        for turn in reversed(self.request.turns[:-1]):
            if any(isinstance(part, DeskPart) for part in turn.parts):
                continue
            if turn.lane != self.request.current_lane:
                return None
            if turn.intent:
                return self.tenant.intent(turn.intent)
        return None

    @cached_property
    def _raw(self) -> LocalScores:
        return self.classifier.scores(self.turn.text, self.turn.locale)

    @property
    def is_a_wish_by_name(self) -> bool:
        """Whether a wish for a person is likeliest in a text that says its writer's name: others may be called so."""
        wish = self.tenant.doing("talk_to_person")
        given = without_introduction(self.turn.text) is not None
        return wish is not None and given and next(iter(self._raw.intents)) == wish.name

    @cached_property
    def _heard(self) -> LocalScores:
        """The classifier's scores; of a text that says its writer's name those of what it says beside it.

        A wish for a person that is gone without the name was the name.
        """
        rest = without_introduction(self.turn.text)
        if not self.is_a_wish_by_name:
            return self.classifier.scores(rest, self.turn.locale) if rest else self._raw
        wish = next(iter(self._raw.intents))
        said = self.classifier.scores(rest, self.turn.locale) if rest else _without(self._raw, {wish})
        return self._raw if next(iter(said.intents)) == wish else said

    @cached_property
    def alone(self) -> LocalScores:
        """What the classifier says about the turn's text, whatever was said before; without what can't be meant."""
        return self._that_can_be_meant(self._heard)

    @cached_property
    def continued(self) -> Intent | None:
        """The intent that the text may be the next line after."""
        last = self.last_intent
        return last if last and last.lane != "handoff" and self._following.goes_on(last) else None

    @cached_property
    def scores(self) -> LocalScores:
        """What the text is about, given what was spoken of before."""
        if self.continued is None or self._plain:
            return self.alone
        after = self._following.after(self.continued, self.turn.text, self.alone)
        return self.alone if self._says_it_again(self.continued, after) else after

    def _says_it_again(self, last: Intent, after: LocalScores) -> bool:
        """Tell whether the same words of the shop would answer what by itself is rather about something else."""
        likeliest, by_itself = next(iter(after.intents)), next(iter(self.alone.intents))
        surely = self.alone.intents[by_itself] * (1.0 - self.alone.out_of_scope) >= _RATHER
        return last.answer.text is not None and likeliest == last.name != by_itself and surely

    @property
    def _plain(self) -> bool:
        """Tell whether the text says by itself what it is about."""
        likeliest = next(iter(self.alone.intents))
        return self._heard.intents[likeliest] * (1.0 - self._heard.out_of_scope) >= PLAIN

    @cached_property
    def _following(self) -> Following:
        return self.following or Following(self.tenant)

    def _that_can_be_meant(self, scores: LocalScores) -> LocalScores:
        """Nobody goes back to the assistant who is with it, or changes a cart that isn't there; unless plainly.

        Who names a product while the cart is empty doesn't ask what is in it; who is in charge asks for nobody.
        """
        empty = not self.request.cart_open
        named = empty and bool(Knowledge.of(self.tenant).named(self.turn.text, self.turn.locale))
        in_charge = says_they_are(self.turn.text, self.turn.locale)
        closed = {
            "end_handoff": not self.request.handoff_open,
            "cart_change": empty,
            "cart_show": named,
            "talk_to_person": in_charge,
        }
        unmeant = {intent.name: action for action, so in closed.items() if so and (intent := self.tenant.doing(action))}
        plain = {name for name in unmeant if unmeant[name] == "end_handoff" and scores.intents.get(name, 0.0) >= _BACK}
        return _without(scores, unmeant.keys() - plain)

    @cached_property
    def lanes(self) -> dict[Lane, float]:
        """The probability of every lane; with `scores.out_of_scope` they sum to 1."""
        shares = dict.fromkeys(LANES, 0.0)
        for name, share in self.scores.intents.items():
            intent = self.tenant.intent(name)
            shares[intent.lane if intent else "info"] += share * (1.0 - self.scores.out_of_scope)
        return shares

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


def _without(scores: LocalScores, names: Set[str]) -> LocalScores:
    """Return the scores without some intents, the others' shares in proportion."""
    rest = {name: share for name, share in scores.intents.items() if name not in names}
    if len(rest) == len(scores.intents):
        return scores
    total = max(sum(rest.values()), 1e-12)
    return replace(scores, intents={name: share / total for name, share in rest.items()})
