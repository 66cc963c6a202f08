"""Sentences that bind somebody, by whom they bind."""

import re
from typing import Final

from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded, sentences_of

_MOST: Final = 40
_DUTY: Final = {
    "es": re.compile(
        r"\b(?:el|la|los|las|ambas|cada|cualquiera de las)\s+(?P<who>[a-z]{1,30}(?: [a-z]{1,30}){0,2}?)\s+"
        r"(?:debera\w*|se obliga\w*|estara\w* obligad\w*|abonara|pagara|entregara|suministrara|prestara|mantendra|"
        r"respondera|comunicara|cumpliran|tendra que|pondra|garantiza\w*|no podra\w*)"
    ),
    "en": re.compile(
        r"\b(?:the|each|either|both|any)\s+(?P<who>[a-z]{1,30}(?:'s)?(?: (?!the\b)[a-z]{1,30}){0,2}?)\s+"
        r"(?:shall|must|undertakes to|agrees to|is obliged to|is required to|will not|may not)\b"
    ),
}


def duties(text: str, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """Return how many duties each party has, and the sentences."""
    found: list[tuple[str, str]] = []
    counts: dict[str, int] = {}
    for sentence in sentences_of(text):
        if match := _DUTY[language].search(folded(sentence)):
            who = sentence[match.start("who") : match.end("who")].strip().capitalize()
            counts[who] = counts.get(who, 0) + 1
            found.append((who, " ".join(sentence.split())))
    say = texts_of("analysis", language)
    told = ", ".join(f"{who} {count}" for who, count in sorted(counts.items(), key=lambda one: -one[1]))
    return (say["duties"].format(counts=told) if found else say["no_duties"]), found[:_MOST]
