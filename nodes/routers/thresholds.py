"""The numbers at which the chain decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0 to 1, and counts of words.

    SGD below is 1,864 turns of 260 dialogues, five lanes, 40 first messages a lane to learn from, the router's own
    previous lane; a change of topic is simulated there by another dialogue's first message.

    Attributes:
        lane: of a lane (out of scope counted), from which the local classifier's word is taken. Below one half
            another answer is likelier than this one.
        intent: of the lane's likeliest intent, from which it is named; below, two of three answers would be wrong, and
            the lane's agent does better with the text alone.
        out_of_scope: from which a text that continues nothing is treated as none of the tenant's business.
        switch: of another lane, from which the conversation leaves the one it is in. On SGD 0.6 to 0.8 keep equally
            many continuing turns; 0.6 finds 96 % of the changes of topic.
        short: words up to which a text counts as a follow-up. On SGD 12 keep up to 90 % of the continuing turns in
            their lane, 8 up to 78 %, the classifier alone 53 %; changes of topic found fall from 96.2 to 95.8 %.
        strange: of out of scope, from which only the shortest texts still count as follow-ups; they look strange too.
            At 0.75 the demo shop keeps 43 of 43 written for this and still sees through 54 % of CLINC150's
            out-of-scope questions of 4 to 9 words. Where no example is a follow-up it is strict: 60 % of SGD's
            continuing turns stay, at 0.95 it would be 80 %.
        short_strange: words up to which even a strange text is a follow-up; on SGD 95 % of those are.
        bare: words up to which a text must name one intent, not only a lane, to leave: "ok" and "no" are close to a
            dozen small-talk examples and to none in particular.
        close: between the two likeliest lanes, below which the customer is asked which was meant: the guess would be
            right 58 % of the time at best, if probabilities are calibrated. By hand, as `pair`; a tenant with a gold
            set gets its own from `evals.thresholds.propose` with the margins as confidences and its costs of a wrong
            lane and of a question.
        pair: of both together, from which there is no third to ask about.
        clause: of a clause's intent (out of scope counted), from which it counts as something asked on its own.
            Chosen by hand: no public set has several intents of one shop in a message and the clauses' own labels.
    """

    lane: float = 0.5
    intent: float = 0.35
    out_of_scope: float = 0.5
    switch: float = 0.6
    strange: float = 0.75
    short: int = 12
    short_strange: int = 4
    bare: int = 2
    close: float = 0.15
    pair: float = 0.75
    clause: float = 0.85
