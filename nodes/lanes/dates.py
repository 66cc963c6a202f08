"""The day a customer names: a weekday, a date, today, tomorrow."""

import re
from datetime import date, timedelta
from typing import Final

from babel.dates import get_day_names, get_month_names

from nodes.lanes.matching import fold

_TODAY: Final = {"es": "hoy", "en": "today"}
_TOMORROW: Final = {"es": "manana", "en": "tomorrow"}
_IN_THE_MORNING: Final = re.compile(r"\b(?:por|de|en) la manana\b")
_WEEK: Final = 7


def named_day(text: str, today: date, locale: str) -> date | None:
    """Return the day that `text` asks about, the next one of that name or number; None when it names none."""
    said = _IN_THE_MORNING.sub(" ", fold(text))
    words = set(re.findall(r"\w+", said))
    language = locale[:2]
    dated = _date(said, today, locale)
    if dated is not None:
        return dated
    for number, name in get_day_names("wide", locale=locale).items():
        folded = fold(name)
        if folded in words or f"{folded}s" in words:
            return today + timedelta(days=(number - today.weekday()) % _WEEK)
    if _TOMORROW.get(language) in words:
        return today + timedelta(days=1)
    return today if _TODAY.get(language) in words else None


def _date(said: str, today: date, locale: str) -> date | None:
    months = {fold(name): number for number, name in get_month_names("wide", locale=locale).items()}
    names = "|".join(map(re.escape, months))
    for pattern in (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:de\s+|of\s+)?(?P<month>{names})\b",
        rf"\b(?P<month>{names})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b",
    ):
        found = re.search(pattern, said)
        if found:
            return _next(int(found["day"]), months[found["month"]], today)
    numbers = re.search(r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})\b", said)
    return _next(int(numbers["day"]), int(numbers["month"]), today) if numbers else None


def _next(day: int, month: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            named = date(year, month, day)
        except ValueError:
            return None
        if named >= today:
            return named
    return None
