"""Probabilities of options from the tokens that a model chose and those it could have chosen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Final

_NEVER: Final = -50.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the answer with its log-probability, and those of the likeliest in its place."""

    text: str
    logprob: float
    others: Sequence[tuple[str, float]] = field(default_factory=tuple)


def weights_of(name: str, choice: str, options: Sequence[str], tokens: Sequence[Token]) -> dict[str, float] | None:
    """Return the probability mass that may lead to each option of question `name`; None when it can't be told.

    The tokens of the value are walked. A token that was likely and not taken gives its mass to the options that go on
    with it, in equal parts. An option with which none of the likeliest goes on is given as much as it can have: as
    the least likely of them, and no more than what they leave. So a model that had something else in mind (endpoints
    that enforce a schema report what it would have said without) is unsure, whatever it was made to choose.
    """
    first = _first(name, choice, tokens)
    if first is None:
        return None
    at, skipped = first
    weights = dict.fromkeys(options, 0.0)
    path, written = 1.0, ""
    for token in tokens[at:]:
        alive = [option for option in options if option != choice and _leads(written, option)]
        shares = _shares(token, skipped, written, alive)
        for option in alive:
            weights[option] += path * shares.get(option, 0.0)
        path *= _chance(token.logprob)
        written += token.text[skipped:]
        skipped = 0
        if len(written) > len(choice):
            break
    weights[choice] = path
    return weights


def _shares(token: Token, skipped: int, written: str, alive: Sequence[str]) -> dict[str, float]:
    """Return what the tokens that weren't taken give to each option that could still have been chosen."""
    shares: defaultdict[str, float] = defaultdict(float)
    before = token.text[:skipped]
    chances = {text: _chance(logprob) for text, logprob in token.others if text != token.text}
    left = max(0.0, 1.0 - _chance(token.logprob) - sum(chances.values()))
    for text, chance in chances.items():
        heirs = [option for option in alive if text.startswith(before) and _leads(written + text[skipped:], option)]
        for heir in heirs:
            shares[heir] += chance / len(heirs)
    unseen = [one for one in alive if one not in shares and not _leads(written + token.text[skipped:], one)]
    for option in unseen:
        shares[option] = min([left / len(unseen), *chances.values()])
    return shares


def _chance(logprob: float) -> float:
    return exp(min(max(logprob, _NEVER), 0.0))


def _leads(written: str, option: str) -> bool:
    """Tell whether a value that begins like this can be `option`; what follows its closing quote doesn't matter."""
    value, quote, _ = written.partition('"')
    return value == option if quote else option.startswith(value)


def _first(name: str, choice: str, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Return the token in which the value begins, and how much of that token stands before the value."""
    text = "".join(token.text for token in tokens)
    key = text.find(f'"{name}"')
    start = text.find(f'"{choice}"', key + len(name) + 2) + 1 if key >= 0 else 0
    position = 0
    for index, token in enumerate(tokens if start else ()):
        end = position + len(token.text)
        if position <= start < end:
            return index, start - position
        position = end
    return None
