"""All the days that a customer names in one message: "the 6th of January and on Christmas Day"."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from babel.dates import get_day_names

from nodes.lanes.dates import dated, named_day, named_weekdays
from nodes.lanes.feasts import named_feast
from nodes.lanes.matching import fold
from prompts.tenant import SpecialDay

_BORDER: Final = re.compile(r"\s*[,;?!¿¡]+\s*|\s+(?:y|e|o|u|ni|and|or|&|tambien|also)\s+")
_NUMBER: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_SEVERAL: Final = 2
_MOST: Final = 6


def named_days(
    text: str, today: date, locale: str, before: date | None = None, special: Sequence[SpecialDay] = ()
) -> list[date | int]:
    """Return each day that a text names, in its order, weekdays as a rule by number, Monday 0.

    Nothing where fewer than two parts of it name one. A number without a month is of the month of the next part
    that has one, else of the last: "el 24 y 25 de diciembre".
    """
    parts = _parts(text, locale)
    months = [dated(part, today, locale) for part in parts]
    found: list[date | int] = []
    naming = 0
    for at, part in enumerate(parts):
        near = next(filter(None, [*months[at:], *reversed(months[:at])]), before)
        days = _named(part, today, locale, near, special)
        naming += bool(days)
        found += [day for day in days if day not in found]
    return found[:_MOST] if naming >= _SEVERAL else []


def _named(
    part: str, today: date, locale: str, before: date | None, special: Sequence[SpecialDay]
) -> Sequence[date | int]:
    if feast := named_feast(part, today, special):
        return feast
    if (weekday := named_weekdays(part, locale)) is not None:
        return [weekday]
    bare = _NUMBER.fullmatch(part)
    on = named_day(f"el {bare[1]}" if bare and before else part, today, locale, before)
    return [on] if on else []


def _parts(text: str, locale: str) -> list[str]:
    """Return the parts between commas and joining words; a weekday and its date, "Friday, December 25", are one."""
    names = "|".join(fold(name) for name in get_day_names("wide", locale=locale).values())
    joined = re.sub(rf"\b({names}),\s+(?=(?:el |the |dia )?(?:\d|[a-z]+ \d))", r"\1 ", " ".join(fold(text).split()))
    return [part for part in _BORDER.split(joined) if part]
