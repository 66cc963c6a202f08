"""What a text is about, given what was spoken of before: a prior over intents, for the next line of a dialogue."""

import re
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from math import log, log1p
from typing import Final

import numpy as np
import numpy.typing as npt

from nodes.ports import LocalScores
from nodes.routers.phrases import phrase
from prompts.tenant import OUTSIDE, Intent, Tenant

_LEAST: Final = 1e-4
_EDGE: Final = 1e-3
_JOINS: Final = re.compile(r"^(?:y|e|and|pero|but|o|or|pues|then|entonces|vale|ok)\b")
"""Words a next line begins with, in what `phrase` returns."""

_ON_BASKET: Final = ("cart_show", "cart_change", "checkout")
_ON_TICKET: Final = ("ticket_status", "add_to_ticket", "close_ticket")
_NEXT: Final[dict[str, tuple[str, ...]]] = (
    dict.fromkeys(("buy", *_ON_BASKET), _ON_BASKET)
    | dict.fromkeys(("open_ticket", *_ON_TICKET), _ON_TICKET)
    | {"order_status": ("order_status", "order_change"), "order_change": ("order_status", "order_change")}
)
"""By what was just done for a customer, what may be done next with it: the life of a basket, a ticket, an order."""

Floats = npt.NDArray[np.float64]
Form = tuple[float, float, float, float]
"""Of a text: a constant, the damped number of words, the log-odds of out of scope, whether it begins as a next line."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a conditional logit (McFadden, 1974) over the tenant's intents and `OUTSIDE`.

    `python -m evals.following` prints them: learned from the demo shop's follow-ups after the intents they name, and
    its other examples after intents drawn at random, each scored by a head that hasn't seen it. They name no intent.

    Attributes:
        evidence: exponent of the classifier's probabilities.
        outside: of `OUTSIDE`, by the text's form.
        same: of the intent that was spoken of.
        lane: of every intent of its lane.
        listed: of the other intents that the tenant's follow-ups name after it.
        polite: of greetings, thanks and goodbyes, which come at any time; a constant.
    """

    evidence: float = 1.03
    outside: Form = (0.70, -0.28, 0.23, -0.64)
    same: Form = (2.84, -0.63, -0.43, 1.30)
    lane: Form = (1.60, -0.68, 0.12, 0.76)
    listed: Form = (2.13, -0.78, -0.26, 1.29)
    polite: float = 0.26

    @property
    def flat(self) -> Floats:
        """The numbers in the fields' order."""
        return np.hstack(astuple(self))

    @classmethod
    def of(cls, flat: Floats) -> "Weights":
        """Return weights from their numbers in the fields' order."""
        one = [float(number) for number in flat]
        outside, same, lane, listed = ((one[at], one[at + 1], one[at + 2], one[at + 3]) for at in range(1, 17, 4))
        return cls(one[0], outside, same, lane, listed, one[17])


@dataclass(frozen=True)
class Following:
    """Scores texts as the next line after one of the tenant's intents."""

    tenant: Tenant
    weights: Weights = Weights()

    @cached_property
    def _intents(self) -> dict[str, Intent]:
        return {intent.name: intent for intent in self.tenant.intents}

    @cached_property
    def _listed(self) -> dict[str, set[str]]:
        listed: dict[str, set[str]] = {}
        for follow_up in self.tenant.follow_ups:
            for name in follow_up.after:
                listed.setdefault(name, set()).add(follow_up.intent)
        for action, nexts in _NEXT.items():
            intents = [one for name in nexts if (one := self.tenant.doing(name))]
            if before := self.tenant.doing(action):
                listed.setdefault(before.name, set()).update(one.name for one in intents)
        return listed

    def goes_on(self, intent: Intent) -> bool:
        """Tell whether anything is written as the next line after `intent`."""
        return intent.sticky or intent.name in self._listed

    def after(self, previous: Intent, text: str, scores: LocalScores) -> LocalScores:
        """Return the scores of `text` where `previous` was spoken of."""
        names = [*scores.intents, OUTSIDE]
        logits = self.features(previous, text, scores, names) @ self.weights.flat
        powers = np.exp(logits - logits.max())
        shares = powers / powers.sum()
        inside = max(1.0 - float(shares[-1]), 1e-12)
        ranked = sorted(zip(names[:-1], shares, strict=False), key=lambda one: -one[1])
        return replace(
            scores,
            intents={name: float(share) / inside for name, share in ranked},
            out_of_scope=float(shares[-1]),
        )

    def features(self, previous: Intent, text: str, scores: LocalScores, names: list[str]) -> Floats:
        """Return a row a name: what each of the weights is multiplied by."""
        form, listed = _form(text, scores.out_of_scope), self._listed.get(previous.name, set())
        rows = np.zeros((len(names), 18))
        for row, name in zip(rows, names, strict=True):
            intent = self._intents.get(name)
            row[0] = log(max(_share(scores, name), _LEAST))
            if intent is None:
                row[1:5] = form
                continue
            row[5:9] = form if name == previous.name else 0.0
            row[9:13] = form if intent.lane == previous.lane else 0.0
            row[13:17] = form if name in listed and name != previous.name else 0.0
            row[17] = float(is_polite(intent))
        return rows


def is_polite(intent: Intent) -> bool:
    """Tell whether nothing is asked."""
    return intent.answer.text in {"greeting", "thanks", "goodbye"}


def _share(scores: LocalScores, name: str) -> float:
    return scores.out_of_scope if name == OUTSIDE else scores.intents[name] * (1.0 - scores.out_of_scope)


def _form(text: str, out_of_scope: float) -> Form:
    inside, words = min(max(out_of_scope, _EDGE), 1.0 - _EDGE), phrase(text)
    return 1.0, log1p(len(words.split())), log(inside / (1.0 - inside)), float(bool(_JOINS.match(words)))
