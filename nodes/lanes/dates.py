"""The day a customer names: a weekday, a date, today, tomorrow."""

import re
from datetime import date, timedelta
from typing import Final

from babel.dates import get_day_names, get_month_names

from nodes.lanes.feasts import named_feast, without_feast
from nodes.lanes.matching import fold

_TODAY: Final = {"es": "hoy", "en": "today"}
_TOMORROW: Final = {
    "es": frozenset({"manana"}),
    "en": frozenset("tomorrow tomorow tommorow tommorrow tmrw tmr tmrow tomo 2moro 2morrow".split()),
}
_AFTER_TOMORROW: Final = re.compile(r"\b(?:pasado manana|day after tomorrow)\b")
_IN_THE_MORNING: Final = re.compile(r"\b(?:por|de|en) la manana\b")
_WEEK: Final = 7
_YEAR: Final = 12
_SHORT_MONTH: Final = 3
_MOST_DAYS: Final = 31
_ORDINAL: Final = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_BARE: Final = re.compile(r"\b(?:el|dia|the)\s+(?:dia\s+)?(\d{1,2})\b(?!\s*(?:[:/.,]\d|h\b|€|euro|%))")
_AFTER_WEEKDAY: Final = re.compile(
    r"\b\w+(?:s|y|o|a)\b,?\s+(?:dia\s+|the\s+)?(\d{1,2})\b(?!\s*(?:[:/.,]\d|h\b|€|euro|%|am|pm))"
)
_SOON_DAYS: Final = 92
_AROUND: Final = frozenset(
    "y e en at and pero but o or el la los las the on de del of dia day entonces then que what about por next proximo "
    "este this".split()
)


def named_day(text: str, today: date, locale: str, before: date | None = None) -> date | None:
    """Return the day that `text` asks about, the next one of that name or number; None when it names none.

    A number alone is of the month of `before`, the day that was asked about before: "y el 25?".
    """
    said = _IN_THE_MORNING.sub(" ", fold(text))
    words = set(re.findall(r"\w+", said))
    language = locale[:2]
    if on := dated(said, today, locale):
        return on
    weekday = _weekday(said, locale)
    if weekday is not None:
        return _numbered_weekday(said, weekday, today) or today + timedelta(days=(weekday - today.weekday()) % _WEEK)
    if _AFTER_TOMORROW.search(said):
        return today + timedelta(days=2)
    if _TOMORROW.get(language, frozenset()) & words:
        return today + timedelta(days=1)
    return today if _TODAY.get(language) in words else _numbered(said, today, before)


def named_weekdays(text: str, locale: str) -> int | None:
    """Return the weekday, from Monday 0, that a text asks about as a rule: "los sábados", "on Saturdays"."""
    said = fold(text)
    for number, name in get_day_names("wide", locale=locale).items():
        folded = fold(name)
        plural = rf"los {folded}" if folded.endswith("s") else rf"{folded}s"
        if re.search(rf"\b{plural}\b", said) and not re.search(rf"\b{plural}\s+\d", said):
            return int(number)
    return None


def _weekday(said: str, locale: str) -> int | None:
    words = set(re.findall(r"\w+", said))
    names = {int(number): fold(name) for number, name in get_day_names("wide", locale=locale).items()}
    return next((number for number, name in names.items() if name in words or f"{name}s" in words), None)


def _numbered_weekday(said: str, weekday: int, today: date) -> date | None:
    """Return the day of a weekday with a number, "domingo 29": the next that is both, else the next of that number."""
    bare = _ORDINAL.sub(r"\1", said)
    found = _AFTER_WEEKDAY.search(bare)
    if found is None or not 0 < int(found[1]) <= _MOST_DAYS:
        return None
    for ahead in range(_SOON_DAYS):
        on = today + timedelta(days=ahead)
        if on.day == int(found[1]) and on.weekday() == weekday:
            return on
    return _numbered(f"el {found[1]}", today, None)


def only_a_day(text: str, locale: str) -> bool:
    """Tell whether a text names a day and nothing else: "y el 25?", "¿y el domingo?", "and on the 25th?"."""
    said = without_feast(text)
    named = bool(named_feast(text, date.min))
    names = {fold(name) for name in get_day_names("wide", locale=locale).values()}
    tomorrow = _TOMORROW.get(locale[:2], frozenset())
    known = {*names, *(f"{name}s" for name in names), *_months(locale), *tomorrow, _TODAY.get(locale[:2])}
    left = [word for word in re.findall(r"[a-z]+|\d+", _ORDINAL.sub(r"\1", said)) if word not in _AROUND]
    return (bool(left) or named) and all(
        word in known or (word.isdigit() and 0 < int(word) <= _MOST_DAYS) for word in left
    )


def _numbered(said: str, today: date, before: date | None) -> date | None:
    found = _BARE.search(_ORDINAL.sub(r"\1", said))
    if found is None:
        return None
    number, month = int(found[1]), (before or today).replace(day=1)
    for _ in range(_YEAR):
        try:
            named = month.replace(day=number)
        except ValueError:
            named = today - timedelta(days=1)
        if named >= today:
            return named
        month = (month + timedelta(days=_MOST_DAYS)).replace(day=1)
    return None


def _months(locale: str) -> dict[str, int]:
    """Return the months by their folded names, short ones among them."""
    return {
        name: number
        for width in ("abbreviated", "wide")
        for number, full in get_month_names(width, locale=locale).items()
        for name in {fold(full).rstrip("."), fold(full)[: _SHORT_MONTH if width == "abbreviated" else None]}
    }


def dated(said: str, today: date, locale: str) -> date | None:
    """Return the next day that a folded text names by its month: "25 dic", "January 6th", "6/1"."""
    months = _months(locale)
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
