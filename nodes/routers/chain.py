"""The chain: rules, stickiness, the local classifier, fallback. The first stage that fires decides."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from nodes.ports import Classifier, RouteRequest
from nodes.routers.evidence import Evidence
from nodes.routers.fallback import fall_back
from nodes.routers.likeliest import Likeliest
from nodes.routers.rules import Rules
from nodes.routers.sticky import Sticky
from nodes.routers.thresholds import Thresholds
from prompts.tenant import Tenant
from state.decision import Lane, RouterDecision, Stage


class ChainRouter:
    """A `Router` that never leaves the process: 2-3 ms a decision, no key, always an answer.

    Scoring runs inline: handing two milliseconds of work to a thread costs more than it frees.
    """

    def __init__(
        self,
        tenant: Tenant,
        classifier: Classifier,
        thresholds: Thresholds | None = None,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        chosen = thresholds or Thresholds()
        self._tenant = tenant
        self._classifier = classifier
        self._timer = timer
        self._stages: list[Callable[[Evidence], Stage]] = [
            Rules(tenant),
            Sticky(chosen),
            Likeliest(chosen),
            lambda evidence: fall_back(evidence, chosen),
        ]

    async def decide(self, request: RouteRequest) -> RouterDecision:
        """Return the decision of the first stage that fires; `fallback` always does."""
        started = self._timer()
        evidence = Evidence(request, self._tenant, self._classifier)
        chain: list[Stage] = []
        for stage in self._stages:
            asked = self._timer()
            said = stage(evidence)
            chain.append(replace(said, ms=self._since(asked)))
            if said.fired:
                break
        decision = _decision(evidence, chain)
        return replace(decision, ms=self._since(started))

    def _since(self, moment: float) -> float:
        return round((self._timer() - moment) * 1000, 3)


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
        nearest=evidence.scores.nearest,
    )


_SHOWN = 5


def _posterior(evidence: Evidence, taken: Stage) -> tuple[dict[str, float], float]:
    """Give the stage that decided its confidence and leave the rest as the classifier shares it out."""
    lanes, outside = evidence.lanes, evidence.scores.out_of_scope
    if taken.name in {"local", "fallback"} or taken.confidence is None or taken.lane is None:
        return {str(lane): share for lane, share in lanes.items()}, outside
    others = max(1.0 - lanes[taken.lane], 1e-12)
    scale = (1.0 - taken.confidence) / others
    shares = {str(lane): taken.confidence if lane == taken.lane else share * scale for lane, share in lanes.items()}
    return shares, max(0.0, 1.0 - sum(shares.values()))


def _sentence(chain: list[Stage]) -> str:
    said = "; ".join(stage.reason for stage in chain)
    return f"{said[:1].upper()}{said[1:]}."
