"""Opening hours by the shop's own calendar and time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from prompts.tenant import WEEKDAYS, Hours, Interval, SpecialDay

_LOOK_AHEAD_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class Day:
    """One date: when the shop is open, and the special day it is, if any."""

    date: date
    intervals: list[Interval]
    special: SpecialDay | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, at the shop.

    `open_until` is set while it is open; else `opens_at` is the next opening within a month, if there is one. Both
    are in the shop's time zone.
    """

    today: Day
    open_until: datetime | None
    opens_at: datetime | None


def day(hours: Hours, on: date) -> Day:
    """Return the opening intervals of a date; a special day overrides the week."""
    special = next((one for one in hours.special if one.date == on), None)
    if special is not None:
        return Day(on, special.intervals, special)
    return Day(on, hours.week.get(WEEKDAYS[on.weekday()], []))


def moment(hours: Hours, now: datetime, timezone: str) -> Moment:
    """Return whether the shop is open at `now` (aware), and what comes next."""
    zone = ZoneInfo(timezone)
    here = now.astimezone(zone)
    today = day(hours, here.date())
    for span in today.intervals:
        if span.opens <= here.time() < span.closes:
            return Moment(today, datetime.combine(here.date(), span.closes, zone), None)
    return Moment(today, None, _next_opening(hours, here))


def _next_opening(hours: Hours, here: datetime) -> datetime | None:
    for ahead in range(_LOOK_AHEAD_DAYS):
        on = here.date() + timedelta(days=ahead)
        for span in day(hours, on).intervals:
            opens = datetime.combine(on, span.opens, here.tzinfo)
            if opens > here:
                return opens
    return None
