"""The numbers at which the chain decides."""

from dataclasses import dataclass

from prompts.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0 to 1.

    `lane`, `intent` and `out_of_scope` are from a grid over the demo set's dev rows, before it had the basket and
    tickets: the most right lanes and intents while at most 1 % of the shop's own messages are turned away (measured
    since: 0.4 % of the demo set, 3.0 % of the unseen one). A tenant sets its own in tenant.yaml; `laneway eval run`
    proposes `lane` and `sure` from a table of costs.

    Attributes:
        lane: of a lane (out of scope counted), from which the local classifier's word is taken. There are four lanes
            and a fifth answer, so 0.25 is more than chance.
        sure: the same where there is a model to ask: below it, or where the text looks out of scope or two lanes are
            close, the model is asked. Chosen on the dev rows, so that of harder ones no more than a quarter is asked,
            as `python -m evals.asking` counts. Asking costs less than a wrong answer, so costs alone would
            have it higher.
        intent: of an intent, from which it is named; below, the lane's agent does better with the text alone.
        out_of_scope: from which a text is treated as none of the tenant's business. Customers write such things about
            twice as often as a tenant's examples do.
        switch: of another lane, from which the conversation leaves the one it is in although it was asked something.
        close: between the two likeliest lanes, below which the customer is asked which was meant: the guess would be
            right 58 % of the time at best, if probabilities are calibrated. By hand, as `pair`; a tenant with a gold
            set can have its own.
        pair: of both together, from which there is no third to ask about.
        clause: of a clause's intent (out of scope counted), from which it counts as something asked on its own.
            Chosen by hand: no public set has several intents of one shop in a message and the clauses' own labels.
    """

    lane: float = 0.25
    sure: float = 0.6
    intent: float = 0.15
    out_of_scope: float = 0.2
    switch: float = 0.6
    close: float = 0.15
    pair: float = 0.75
    clause: float = 0.85


def thresholds_of(tenant: Tenant) -> Thresholds:
    """Return the tenant's own, and the defaults for what `thresholds` in its tenant.yaml leaves out."""
    return Thresholds(**tenant.profile.thresholds)
