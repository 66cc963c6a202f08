"""The numbers at which the chain decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0 to 1, and counts of words.

    Attributes:
        lane: of a lane (out of scope counted), from which the local classifier's word is taken. Below one half
            another answer is likelier than this one.
        intent: of the lane's likeliest intent, from which it is named; below, two of three answers would be wrong, and
            the lane's agent does better with the text alone.
        out_of_scope: from which a text is treated as none of the tenant's business. One half rejects 1-5 % of
            in-scope texts on the public sets.
        switch: of another lane, from which the conversation leaves the one it is in. On SGD with the router's own
            previous lane, staying below 0.6 is right as often as below 0.9 and finds more switches.
        short: words up to which a text counts as a follow-up. On SGD 8 keep 85 % of all turns right, 4 keep 70 %;
            longer ones stand for themselves.
        short_outside: the same for a text that looks out of scope: "and the red one" does too, but so does any
            question about the world, which is rarely put in four words.
        bare: words up to which a text must name one intent, not only a lane, to leave: "ok" and "no" are close to a
            dozen small-talk examples and to none in particular.
    """

    lane: float = 0.5
    intent: float = 0.35
    out_of_scope: float = 0.5
    switch: float = 0.6
    short: int = 8
    short_outside: int = 4
    bare: int = 2
