"""Several things asked in one message: its clauses, each scored by itself."""

import re
from dataclasses import dataclass
from typing import Final

from nodes.routers.evidence import Evidence
from nodes.routers.phrases import LONGEST, phrase
from nodes.routers.thresholds import Thresholds
from prompts.tenant import Intent
from state.decision import AlsoAsked

_MOST_CLAUSES: Final = 4
_FEWEST_WORDS: Final = 2
_FEWEST_WORDS_JOINED: Final = 3
"""Of a clause that a comma or "and" joins: "how long is shipping, and how much?" asks about one thing."""

_SMALL_TALK: Final = frozenset({"greeting", "thanks", "goodbye"})

_BORDER: Final = re.compile(
    r"(?P<end>[?!.;…]+)(?:\s+|$|(?=[¿¡]))"
    r"|(?P<comma>,)\s+"
    r"|\s+(?P<and>y|e|and|pero|but)\s+(?P<more>tambi[eé]n\s|also\s|adem[aá]s\s)?"
    r"|\s+(?:tambi[eé]n|also|adem[aá]s|plus)\s+",
    re.IGNORECASE,
)
"""Ends of sentences, commas, and the words that join clauses in Spanish and English."""


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
            joined = border["comma"] or border["and"]
            weak, at = weak and bool(joined) and not border["more"], border.end()
    return found if 1 < len(found) <= _MOST_CLAUSES else []


_OPENING: Final = re.compile(r"^(?:(?:y|e|and|pero|but|tambi[eé]n|also|adem[aá]s|plus)\s+)+", re.IGNORECASE)


def _bare(piece: str) -> str:
    return _OPENING.sub("", piece.strip())


def asked(evidence: Evidence, thresholds: Thresholds) -> list[AlsoAsked]:
    """Return the different things that the clauses ask, in their order: one after a greeting, or several, or none.

    Every clause has to be confidently about an intent by itself, or none counts. Clauses that a comma or an "and"
    separates have to be about different lanes too: "I want to return the teapot, it arrived broken" asks one thing.
    """
    found: list[AlsoAsked] = []
    for clause in clauses(evidence.turn.text):
        scores = evidence.classifier.scores(clause.text, evidence.turn.locale)
        name, share = next(iter(scores.intents.items()))
        intent = evidence.tenant.intent(name)
        inside = share * (1.0 - scores.out_of_scope)
        bare = clause.weak and len(phrase(clause.text).split()) < _FEWEST_WORDS_JOINED
        if intent is None or is_small_talk(intent) or (bare and found):
            continue
        if inside < thresholds.clause:
            return []
        known = {one.lane for one in found} if clause.weak else {one.intent for one in found}
        if (intent.lane if clause.weak else intent.name) not in known:
            found.append(AlsoAsked(intent.lane, intent.name, clause.text, inside))
    return found


def is_small_talk(intent: Intent) -> bool:
    """Tell whether nothing is asked."""
    return intent.answer.text in _SMALL_TALK
