"""The chain: rules, stickiness, the local classifier, a model, a question, fallback. The first that fires decides."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from inspect import isawaitable
from time import perf_counter
from typing import Final

from nodes.ports import Classifier, RouteRequest
from nodes.routers.buying import tells
from nodes.routers.catalogue import names_a_product
from nodes.routers.clarify import Clarify, candidates
from nodes.routers.evidence import Evidence
from nodes.routers.fallback import fall_back
from nodes.routers.following import Following, is_polite
from nodes.routers.likeliest import Likeliest
from nodes.routers.rules import Rules, decisive
from nodes.routers.several import asked
from nodes.routers.sticky import Sticky
from nodes.routers.thresholds import Thresholds, thresholds_of
from prompts.tenant import Tenant
from state.decision import AlsoAsked, Lane, RouterDecision, Stage

ModelStage = Callable[[Evidence], Awaitable[Stage]]
"""Asked only when the local stages leave it open. It answers within its own deadline and never raises: when it fails it
returns a stage that hasn't fired and is `degraded`."""

AnyStage = Callable[[Evidence], Stage | Awaitable[Stage]]

_SHOWN: Final = 5
_NEAREST: Final = 3
_PLAINLY_POLITE: Final = 0.95
"""Probability of a greeting from which a clause has to be as sure to count as something asked beside it."""
_SHARED: Final = frozenset({"local", "clarify", "fallback"})
"""Stages whose confidence is the classifier's own."""


class ChainRouter:
    """A `Router` that leaves the process only for `model`: without one 2-3 ms a decision, no key, always an answer.

    Local stages run inline: handing two milliseconds of work to a thread costs more than it frees.
    """

    def __init__(
        self,
        tenant: Tenant,
        classifier: Classifier,
        thresholds: Thresholds | None = None,
        timer: Callable[[], float] = perf_counter,
        model: ModelStage | None = None,
    ) -> None:
        chosen = thresholds or thresholds_of(tenant)
        self._tenant = tenant
        self._classifier = classifier
        self._timer = timer
        self._decisive = [(words, intent) for words, intent in decisive(tenant) if intent.lane != "handoff"]
        self._thresholds = chosen
        self._following = Following(tenant)
        local = Likeliest(chosen)
        sure = Likeliest(replace(chosen, lane=chosen.sure))
        asked: list[AnyStage] = [sure, model, names_a_product, Clarify(chosen), local] if model else []
        deciding: list[AnyStage] = asked or [local, names_a_product, Clarify(chosen)]
        self._stages: list[AnyStage] = [
            Rules(tenant),
            Sticky(chosen),
            *deciding,
            lambda evidence: fall_back(evidence, chosen),
        ]

    async def decide(self, request: RouteRequest) -> RouterDecision:
        """Return the decision of the first stage that fires; `fallback` always does."""
        started = self._timer()
        evidence = Evidence(request, self._tenant, self._classifier, self._following)
        chain: list[Stage] = []
        for stage in self._stages:
            began = self._timer()
            answer = stage(evidence)
            said = await answer if isawaitable(answer) else answer
            chain.append(replace(said, ms=self._since(began)))
            if said.fired:
                break
        chain, also = self._several(evidence, chain)
        decision = _decision(evidence, chain)
        return replace(decision, also=also, ms=self._since(started))

    def _several(self, evidence: Evidence, chain: list[Stage]) -> tuple[list[Stage], list[AlsoAsked]]:
        """Return the chain and what else the message asks.

        A message that asks two things looks like neither, and one that greets first may look like a greeting; then the
        first thing asked is what the lane answers.
        """
        taken = chain[-1]
        if taken.lane == "handoff" or taken.name == "sticky" or evidence.request.handoff_open:
            return chain, []
        found = asked(evidence, self._thresholds, self._decisive)
        bought = taken.name == "rules" and taken.lane == "commerce"
        found = [one for one in found if not (bought and tells(evidence, one.text))]
        if not found:
            return chain, []
        first = found[0]
        if len(found) == 1 and taken.outcome == "routed" and _is_one_thing(evidence, taken, first):
            return chain, []
        if taken.name in _SHARED and (taken.outcome != "routed" or taken.intent != first.intent):
            reason = f"of its clauses, {first.text!r} asks {first.intent}"
            split = Stage("local", True, reason, first.lane, first.intent, first.confidence)
            chain = [*(replace(stage, fired=False) for stage in chain), split]
        return chain, [one for one in found if one.intent != chain[-1].intent]

    def _since(self, moment: float) -> float:
        return round((self._timer() - moment) * 1000, 3)


def _is_one_thing(evidence: Evidence, taken: Stage, clause: AlsoAsked) -> bool:
    """Tell whether a message is about what it is about as a whole, though only one of its clauses says so surely.

    A trouble told in several clauses is surer as a whole than in any of them. Greetings, unless they are plain, and
    whatever stands beside a wish for a person give way to the clause.
    """
    intent = evidence.tenant.intent(taken.intent or "")
    if intent is None or clause.lane == "handoff":
        return False
    sure = evidence.scores.intents.get(intent.name, 0.0) * (1.0 - evidence.scores.out_of_scope)
    if is_polite(intent):
        return sure >= _PLAINLY_POLITE and clause.confidence < _PLAINLY_POLITE
    return sure >= clause.confidence


def _decision(evidence: Evidence, chain: list[Stage]) -> RouterDecision:
    taken = chain[-1]
    lane: Lane = taken.lane or "info"
    shares, outside = _posterior(evidence, taken)
    rest = [share for name, share in shares.items() if name != lane]
    return RouterDecision(
        lane=lane,
        intent=taken.intent,
        confidence=shares[lane],
        probabilities=shares,
        reason=_sentence(chain),
        intents=dict(list(evidence.scores.intents.items())[:_SHOWN]),
        out_of_scope=outside,
        margin=shares[lane] - max(rest),
        chain=chain,
        nearest=evidence.nearest(_NEAREST),
        outcome=taken.outcome,
        clarify=candidates(evidence) if taken.outcome == "clarify" else [],
        degraded=any(stage.degraded for stage in chain),
        model=next((stage.model for stage in chain if stage.model), None),
        prompt_version=next((stage.prompt_version for stage in chain if stage.prompt_version), None),
        cost_usd=next((stage.cost_usd for stage in chain if stage.cost_usd is not None), None),
    )


def _posterior(evidence: Evidence, taken: Stage) -> tuple[dict[str, float], float]:
    """Give the stage that decided its confidence and leave the rest as the classifier shares it out."""
    lanes, outside = evidence.lanes, evidence.scores.out_of_scope
    if taken.name == "model" and taken.outcome == "out_of_scope" and taken.confidence is not None:
        inside = (1.0 - taken.confidence) / max(1.0 - outside, 1e-12)
        return {str(lane): share * inside for lane, share in lanes.items()}, taken.confidence
    own = taken.lane is None or taken.confidence is None or taken.confidence == lanes[taken.lane]
    if own or taken.lane is None or taken.confidence is None:
        return {str(lane): share for lane, share in lanes.items()}, outside
    others = max(1.0 - lanes[taken.lane], 1e-12)
    scale = (1.0 - taken.confidence) / others
    shares = {str(lane): taken.confidence if lane == taken.lane else share * scale for lane, share in lanes.items()}
    return shares, max(0.0, 1.0 - sum(shares.values()))


def _sentence(chain: list[Stage]) -> str:
    said = "; ".join(stage.reason for stage in chain)
    return f"{said[:1].upper()}{said[1:]}."
