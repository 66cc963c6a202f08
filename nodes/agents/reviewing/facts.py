"""What a document says of itself: parties, dates, term, amounts."""

import re
from collections.abc import Sequence
from typing import Final

from nodes.agents.reviewing.dates import dates_in, day_written, periods_in
from nodes.agents.reviewing.fees import monthly_fee, one_off_fee
from nodes.agents.reviewing.findings import Speciality
from nodes.agents.reviewing.money import written
from nodes.agents.reviewing.sums import total_of
from nodes.agents.reviewing.term import Term, term_of
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded, sentences_of
from state.document import Section

_PARTY: Final = re.compile(
    r"(?i:de (?:una|otra) parte,? |between |\band )"
    r"(?P<name>[A-ZÁÉÍÓÚÑ][\w&.'ÁÉÍÓÚÑáéíóúñ -]{2,60}?(?:, ?(?:S\.?L\.?U?|S\.?A\.?U?|Ltd|Inc|LLC|GmbH)\b\.?)?)"
    r"(?=,| con | \(|\.| represent| with )",
)


def facts_of(speciality: Speciality, sections: Sequence[Section], language: Language) -> dict[str, str]:
    """Return what a specialist reads off, by its name in the document's language."""
    found = {"legal": _legal, "financial": _financial}.get(speciality)
    say = texts_of("review", language)
    return {say[f"fact_{name}"]: value for name, value in (found(sections, language) if found else {}).items() if value}


def _legal(sections: Sequence[Section], language: Language) -> dict[str, str]:
    head = " ".join(section.text for section in sections[:2])[:4000]
    parties = list(dict.fromkeys(match["name"].strip() for match in _PARTY.finditer(head)))[:4]
    facts = {"parties": "; ".join(parties)}
    for sentence in (sentence for section in sections for sentence in sentences_of(section.text)):
        if re.search(r"entrar\w* en vigor|duracion|vigencia|effective date|initial term|term of", folded(sentence)):
            dates, months = dates_in(sentence), [one.months for one in periods_in(sentence) if one.months]
            if dates:
                facts["start"] = day_written(dates[0], language)
                facts["end"] = day_written(dates[1], language) if len(dates) > 1 else ""
            if months:
                facts["term"] = f"{months[0]} {'meses' if language == 'es' else 'months'}"
            break
    if "term" not in facts and (term := term_of(sections)):
        facts |= _term(term, language)
    return facts


def _term(term: Term, language: Language) -> dict[str, str]:
    days = {"start": term.start if term.sure else None, "end": term.end}
    found = {name: day_written(day, language) for name, day in days.items() if day}
    if term.months:
        found["term"] = f"{term.months} {'meses' if language == 'es' else 'months'}"
    return found


def _financial(sections: Sequence[Section], language: Language) -> dict[str, str]:
    facts = {}
    if total := total_of(sections):
        facts["total"] = written(*total, language)
    if fee := monthly_fee(sections):
        facts["monthly"] = written(*fee, language)
        facts["yearly"] = written(fee[0] * 12, fee[1], language)
    if once := one_off_fee(sections):
        facts["once"] = written(*once, language)
    return facts
