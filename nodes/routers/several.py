"""Several things asked in one message: its clauses, each scored by itself."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from nodes.lanes.shopping.bounding import only_bounds
from nodes.routers.evidence import Evidence
from nodes.routers.following import is_polite
from nodes.routers.persons import says_they_are
from nodes.routers.phrases import LONGEST, holds, phrase
from nodes.routers.thresholds import Thresholds
from prompts.tenant import Intent
from state.decision import AlsoAsked, Lane

_MOST_CLAUSES: Final = 4
_FEWEST_WORDS: Final = 2
_FEWEST_WORDS_JOINED: Final = 3
"""Of a clause that a comma or "and" joins: "how long is shipping, and how much?" asks about one thing."""

_DECISIVE: Final = 0.97
"""Of a clause that holds decisive words, as where they decide a whole message."""
_MAJORITY: Final = 0.5
_BESIDE: Final = 0.15
"""By which a clause after one with decisive words may be less sure."""
_APART: Final = 0.85
"""From which two clauses with a weak border between them ask two things of one lane."""

_BORDER: Final = re.compile(
    r"(?P<end>[?!.;…]+)(?:\s+|$|(?=[¿¡]))"
    r"|(?P<comma>,)\s+"
    r"|(?!(?<=[\d€$])\s+(?:y|and)\s+[€$]?\d)\s+(?P<and>y|e|and|pero|but)\s+(?P<more>tambi[eé]n\s|also\s|adem[aá]s\s)?"
    r"|\s+(?P<also>tambi[eé]n|also|adem[aá]s|plus)\s+",
    re.IGNORECASE,
)
"""Ends of sentences, commas, and the words that join clauses in Spanish and English; not those between two numbers."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a message; `weak` when only a comma or a plain "and" separates it from the one before."""

    text: str
    weak: bool = False


def clauses(text: str) -> list[Clause]:
    """Return the clauses of `text` with at least two words each; none when there is only one.

    >>> [clause.text for clause in clauses("¿A qué hora abren? y también quiero devolver una tetera")]
    ['¿A qué hora abren', 'quiero devolver una tetera']
    """
    found: list[Clause] = []
    at, weak = 0, False
    for border in [*_BORDER.finditer(text[:LONGEST]), None]:
        piece = _bare(text[at : border.start() if border else LONGEST])
        if len(phrase(piece).split()) >= _FEWEST_WORDS:
            found.append(Clause(piece, weak))
            weak = True
        if border:
            joined = border["comma"] or border["and"] or border["also"]
            weak, at = weak and bool(joined) and not border["more"], border.end()
    return found if 1 < len(found) <= _MOST_CLAUSES else []


_OPENING: Final = re.compile(r"^(?:(?:y|e|and|pero|but|tambi[eé]n|also|adem[aá]s|plus)\s+)+", re.IGNORECASE)


_TOLD: Final = re.compile(r"\S@\S+\.\w|\+?\d(?:[ .-]?\d){8,}")
"""An e-mail address or a telephone number: whoever gives theirs asks nothing by it."""


def _bare(piece: str) -> str:
    return _OPENING.sub("", piece.strip())


def asked(evidence: Evidence, thresholds: Thresholds, decisive: Sequence[tuple[str, Intent]] = ()) -> list[AlsoAsked]:
    """Return the different things that the clauses ask, in their order: one after a greeting, or several, or none.

    Every clause has to be confidently about an intent by itself, or none counts; `decisive` words settle it. Clauses
    that a comma or an "and" separates have to be about different lanes too, or very sure: "I want to return the teapot,
    it arrived broken" asks one thing.
    """
    found: list[AlsoAsked] = []
    for clause in clauses(evidence.turn.text):
        settled = {one.lane for one in found if one.confidence == _DECISIVE}
        intent, inside = _about(clause, evidence, decisive, settled)
        bare = clause.weak and len(phrase(clause.text).split()) < _FEWEST_WORDS_JOINED
        told = _TOLD.search(clause.text) or only_bounds(clause.text)
        told = told or says_they_are(clause.text, evidence.turn.locale)
        if intent is None or is_polite(intent) or told or (bare and found):
            continue
        if inside < thresholds.clause - (_BESIDE if settled else 0.0):
            return []
        alike = [one for one in found if one.lane == intent.lane] if clause.weak else []
        one_thing = any(one.confidence == _DECISIVE or min(inside, one.confidence) < _APART for one in alike)
        if not one_thing and intent.name not in {one.intent for one in found}:
            found.append(AlsoAsked(intent.lane, intent.name, clause.text, inside))
    return found


def _about(
    clause: Clause, evidence: Evidence, decisive: Sequence[tuple[str, Intent]], settled: Collection[Lane]
) -> tuple[Intent | None, float]:
    """Return what a clause is about, and how sure that is.

    Where decisive words have `settled` another clause, it is enough to be sure of the lane.
    """
    text = phrase(clause.text)
    said = [(words, intent) for words, intent in decisive if holds(text, words)]
    if said:
        return max(said, key=lambda one: len(one[0]))[1], _DECISIVE
    scores = evidence.classifier.scores(clause.text, evidence.turn.locale)
    name, share = next(iter(scores.intents.items()))
    intent, inside = evidence.tenant.intent(name), 1.0 - scores.out_of_scope
    if intent is None or not settled or intent.lane in settled or share < _MAJORITY:
        return intent, share * inside
    mates = {one.name for one in evidence.tenant.intents if one.lane == intent.lane}
    return intent, sum(one for name, one in scores.intents.items() if name in mates) * inside
