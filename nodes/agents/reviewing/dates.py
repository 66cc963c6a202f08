"""Dates and periods in a text."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from nodes.agents.wording import Language, folded

_MONTHS: Final = {
    name: number
    for names in (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), 1)
} | {"setiembre": 9}
_NAMES: Final = "|".join(_MONTHS)
_DATE: Final = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:de\s+)?(?P<m1>{_NAMES})\s*,?\s*(?:del?\s+)?(?P<y1>\d{{4}})"
    rf"|\b(?P<m2>{_NAMES})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
    r"|\b(?P<y3>\d{4})-(?P<m3>\d{1,2})-(?P<d3>\d{1,2})\b"
    r"|\b(?P<d4>\d{1,2})[/.-](?P<m4>\d{1,2})[/.-](?P<y4>\d{4})\b"
)
_PERIOD: Final = re.compile(r"\(?(\d{1,3})\)?\s*(mes|meses|months?|anos?|years?|dias|days)\b")


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time, in months or in days."""

    months: int = 0
    days: int = 0


def dates_in(text: str) -> list[date]:
    """Return the dates in a text, in order; 3/4/2027 is the third of April. What is no date is left out."""
    found = []
    for match in _DATE.finditer(folded(text)):
        part = {name[0]: value for name, value in match.groupdict().items() if value is not None}
        month = part["m"] if part["m"].isdigit() else str(_MONTHS[part["m"]])
        try:
            found.append(date(int(part["y"]), int(month), int(part["d"])))
        except ValueError:
            continue
    return found


def periods_in(text: str) -> list[Period]:
    """Return the periods in a text, in order."""
    found = []
    for count, unit in _PERIOD.findall(folded(text)):
        if unit.startswith(("mes", "month")):
            found.append(Period(months=int(count)))
        elif unit.startswith(("ano", "year")):
            found.append(Period(months=12 * int(count)))
        else:
            found.append(Period(days=int(count)))
    return found


def last_day(start: date, months: int) -> date:
    """Return the last day of a term that begins on `start`."""
    whole = start.year * 12 + start.month - 1 + months
    year, month = divmod(whole, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)


def day_written(day: date, language: Language) -> str:
    """Return a date as people write it, in English unmistakably."""
    return day.strftime("%d/%m/%Y") if language == "es" else day.isoformat()
