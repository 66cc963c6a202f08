"""How long a contract lasts, from when and until when, wherever its sentences say it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nodes.agents.reviewing.dates import dates_in, last_day, periods_in
from nodes.agents.wording import folded, sentences_of
from state.document import Section

_LASTS: Final = re.compile(
    r"\b(?:agreement|contract)\b.{0,60}\b(?:runs|lasts|continues|remains in force|is (?:made|concluded|entered into))\b"
    r".{0,20}\bfor\b"
    r"|\b(?:initial|fixed|minimum) term\b|\bterm of\b|\b(?:duracion|vigencia)\b"
    r"|\b(?:contrato|acuerdo)\b.{0,60}\b(?:dura|durara|se (?:celebra|firma|suscribe|pacta) por)\b"
)
_FURTHER: Final = re.compile(r"renew|extend|extension|prorrog|renov|unless|\bnotice\b|\bsalvo\b|preaviso")
"""What comes after these words is another length of time."""
_ENDS: Final = re.compile(
    r"\b(?:agreement|contract|it|contrato|acuerdo|este)\b.{0,80}?"
    r"\b(?:ends?|expires?|terminates?|termina(?:ra)?|finaliza(?:ra)?|vence(?:ra)?)\b"
    r"|^(?:y )?(?:termina(?:ra)?|finaliza(?:ra)?|vence(?:ra)?) el\b"
)
_STARTS: Final = re.compile(
    r"\beffective date\b|\b(?:agreement|contract|term|it)\b.{0,40}\b(?:starts?|begins?|commences?|takes? effect)\b"
    r"|entra(?:ra)? en vigor|\b(?:contrato|acuerdo)\b.{0,40}\b(?:comienza|empieza|comenzara|empezara)\b"
)
_SIGNED: Final = re.compile(
    r"\b(?:agreement|contract)\b.{0,40}\b(?:made|dated|signed|entered into)\b"
    r"|\b(?:contrato|acuerdo)\b.{0,60}\b(?:firma|suscribe|celebra)\b"
)
_NEAR_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class Term:
    """A contract's length in months and its two days, each None where it isn't said; `sure` of the first day.

    The day of signing stands in for a first day that isn't said. `quote` is the sentence that says the last day, or
    the length.
    """

    months: int | None
    start: date | None
    end: date | None
    sure: bool
    section: str
    quote: str


def term_of(sections: Sequence[Section]) -> Term | None:
    """Return the contract's term, None where neither its length nor its last day is said."""
    said = [(one.title, sentence, folded(sentence)) for one in sections for sentence in sentences_of(one.text)]
    length = next((one for one in said if _months(one[1], one[2])), None)
    ending = next((one for one in said if _date_after(_ENDS, one)), None)
    if length is None and ending is None:
        return None
    start = _first_date(_STARTS, said)
    title, quote, _ = ending or length or said[0]
    return Term(
        months=_months(length[1], length[2]) if length else None,
        start=start or _first_date(_SIGNED, said),
        end=_date_after(_ENDS, ending) if ending else None,
        sure=start is not None,
        section=title,
        quote=quote,
    )


def right_end(term: Term, sections: Sequence[Section]) -> date | None:
    """Return the day on which a term ends by its length where the document says quite another, else None.

    Where no first day is said, any date of the document may be it: one that fits is enough.
    """
    if term.months is None or term.start is None or term.end is None or term.start >= term.end:
        return None
    starts = [term.start] if term.sure else [day for one in sections for day in dates_in(one.text)]
    near = 1 if term.sure else _NEAR_DAYS
    if any(abs((last_day(day, term.months) - term.end).days) <= near for day in starts):
        return None
    return last_day(term.start, term.months)


def _months(sentence: str, plain: str) -> int | None:
    if not (found := _LASTS.search(plain)):
        return None
    further = _FURTHER.search(plain, found.end())
    periods = periods_in(sentence[found.start() : further.start() if further else None])
    return next((one.months for one in periods if one.months), None)


def _date_after(words: re.Pattern[str], said: tuple[str, str, str]) -> date | None:
    found = words.search(said[2])
    return next(iter(dates_in(said[1][found.end() :])), None) if found else None


def _first_date(words: re.Pattern[str], said: Iterable[tuple[str, str, str]]) -> date | None:
    return next((day for one in said if (day := _date_after(words, one))), None)
