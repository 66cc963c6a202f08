"""Sentences that bind somebody, by whom they bind."""

import re
from typing import Final

from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded, sentences_of

_MOST: Final = 40
_PARTY: Final = {
    "es": r"(?:el|la|los|las|ambas|cada)\s+(?P<party>cliente|proveedor|proveedora|comprador|vendedor|prestador|"
    r"prestadora|contratista|licenciatari[oa]|licenciante|arrendatari[oa]|arrendador|usuario|empresa|partes?|trabajador)",
    "en": r"(?:the|each|either|both)\s+(?P<party>customer|supplier|client|provider|vendor|buyer|seller|purchaser|"
    r"contractor|licen[sc]ee|licen[sc]or|lessee|lessor|tenant|landlord|user|company|part(?:y|ies)|employee|employer)",
}
_DOES: Final = {
    "es": r"(?:paga|abona|entrega|suministra|presta|mantiene|garantiza|responde|comunica|asume|indemniza|reembolsa|"
    r"conserva|facilita|devuelve|aloja|desarrolla|corre|acepta|cumple|guarda|avisa)n?",
    "en": r"(?:pays?|indemnif(?:y|ies)|delivers?|provides?|suppl(?:y|ies)|keeps?|maintains?|guarantees?|warrants?|"
    r"bears?|undertakes?|agrees?|reimburses?|notif(?:y|ies)|returns?|hosts?|develops?|performs?|insures?|uses?|ensures?)",
}
"""What a party does, said in the present: "The Customer pays …"."""
_PRESENT: Final = {
    language: re.compile(rf"\b{_PARTY[language]}\s+(?:{adverb}\s+)?{_DOES[language]}\b")
    for language, adverb in (("es", r"\w{1,20}mente"), ("en", r"(?:\w{1,20}ly|also|always|only)"))
}
_DUTY: Final = {
    "es": re.compile(
        r"\b(?:el|la|los|las|ambas|cada|cualquiera de las)\s+(?P<who>[a-z]{1,30}(?: [a-z]{1,30}){0,2}?)\s+"
        r"(?:debera\w*|(?<!se )deben?|tienen? que|ha(?:n)? de|se obliga\w*|se compromete\w*|no pueden?|"
        r"(?:esta|queda)\w* obligad\w*|abonara|pagara|entregara|suministrara|prestara|mantendra|"
        r"respondera|comunicara|cumpliran|tendra que|pondra|garantiza\w*|no podra\w*)"
    ),
    "en": re.compile(
        r"\b(?:the|each|either|both|any)\s+(?P<who>[a-z]{1,30}(?:'s)?(?: (?!the\b)[a-z]{1,30}){0,2}?)\s+"
        r"(?:shall|must|undertakes to|agrees to|(?:is|are) (?:obliged|obligated|required|bound) to|ha(?:s|ve) to|"
        r"will not|may not)\b"
    ),
}


def duties(text: str, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """Return how many duties each party has, and the sentences."""
    found: list[tuple[str, str]] = []
    counts: dict[str, int] = {}
    for sentence in sentences_of(text):
        if who := _bound(sentence, language):
            counts[who] = counts.get(who, 0) + 1
            found.append((who, " ".join(sentence.split())))
    say = texts_of("analysis", language)
    told = ", ".join(f"{who} {count}" for who, count in sorted(counts.items(), key=lambda one: -one[1]))
    return (say["duties"].format(counts=told) if found else say["no_duties"]), found[:_MOST]


def _bound(sentence: str, language: Language) -> str:
    """Return whom a sentence binds, empty where it binds nobody."""
    plain = folded(sentence)
    for pattern, name in ((_DUTY[language], "who"), (_PRESENT[language], "party")):
        if match := pattern.search(plain):
            return sentence[match.start(name) : match.end(name)].strip().capitalize()
    return ""
