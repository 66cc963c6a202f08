"""When the shop is open, in words."""

from datetime import date, timedelta
from typing import Final

from nodes.lanes.calendar import Moment, day
from nodes.lanes.dates import named_day, named_weekdays
from nodes.lanes.days import named_days
from nodes.lanes.feasts import named_feast
from nodes.lanes.phrasing import Phrasing
from prompts.tenant import WEEKDAYS
from state.conversation import Reply, Source

_EXCEPTIONS_DAYS: Final = 45
"""Days within which a special day is told of beside the rule of its weekday."""


def hours_reply(phrasing: Phrasing, here: Moment, *said: str) -> Reply:
    """Answer for the day the customer named, else for now and the week.

    `said` are their last messages about hours, this one last: "y el 25?" is of the month that was named before.
    """
    today = here.today.date
    before: date | None = None
    special = phrasing.tenant.hours.special
    for text in said[:-1]:
        feast = named_feast(text, today, special)
        before = feast[0] if feast else named_day(text, today, phrasing.locale, before) or before
    if said and (several := named_days(said[-1], today, phrasing.locale, before, special)):
        lines = [_as_a_rule(phrasing, on, today) if isinstance(on, int) else _one_day(phrasing, on) for on in several]
        return Reply("\n".join(lines), _source(phrasing))
    if said and (days := named_feast(said[-1], today, special)):
        return Reply("\n".join(_one_day(phrasing, on) for on in days), _source(phrasing))
    if said and (weekday := named_weekdays(said[-1], phrasing.locale)) is not None:
        return Reply(_as_a_rule(phrasing, weekday, today), _source(phrasing))
    asked = named_day(said[-1], today, phrasing.locale, before) if said else None
    if asked is not None:
        return hours_on(phrasing, asked)
    if here.open_until is not None:
        now = phrasing.say("hours_open_now", closes=phrasing.clock(here.open_until.time()))
    elif here.opens_at is not None:
        now = phrasing.say("hours_closed_now", opens=phrasing.when(here.opens_at, here.today.date))
    else:
        now = ""
    week = phrasing.say("hours_week", week=week_lines(phrasing))
    return Reply(f"{now}\n{week}".strip(), _source(phrasing))


def hours_on(phrasing: Phrasing, on: date) -> Reply:
    """Answer for one day."""
    return Reply(_one_day(phrasing, on), _source(phrasing))


def _source(phrasing: Phrasing) -> list[Source]:
    return [Source("hours", "hours.yaml", phrasing.tenant.profile.name)]


def _one_day(phrasing: Phrasing, on: date) -> str:
    that_day = day(phrasing.tenant.hours, on)
    name = phrasing.calendar_day(on)
    if that_day.intervals:
        return phrasing.say("hours_day", day=name, hours=phrasing.intervals(that_day.intervals))
    if that_day.special is not None:
        return phrasing.say("hours_day_special", day=name, reason=phrasing.local(that_day.special.reason))
    return phrasing.say("hours_day_closed", day=name)


def _as_a_rule(phrasing: Phrasing, weekday: int, today: date) -> str:
    """Answer for a weekday in general, and for the next of them that are otherwise."""
    name, intervals = phrasing.weekday(WEEKDAYS[weekday]), phrasing.tenant.hours.week.get(WEEKDAYS[weekday], [])
    hours = phrasing.intervals(intervals) if intervals else phrasing.say("closed")
    until = today + timedelta(days=_EXCEPTIONS_DAYS)
    others = [one for one in phrasing.tenant.hours.special if one.date.weekday() == weekday]
    soon = [_one_day(phrasing, one.date) for one in others if today <= one.date <= until]
    return "\n".join([f"{name[:1].upper()}{name[1:]}: {hours}.", *soon])


def week_lines(phrasing: Phrasing) -> str:
    """Return the week, one line for each run of days with the same hours."""
    runs: list[tuple[list[int], str]] = []
    for index, name in enumerate(WEEKDAYS):
        intervals = phrasing.tenant.hours.week.get(name, [])
        hours = phrasing.intervals(intervals) if intervals else phrasing.say("closed")
        if runs and runs[-1][1] == hours:
            runs[-1][0].append(index)
        else:
            runs.append(([index], hours))
    return "\n".join(f"• {_span(phrasing, days)}: {hours}" for days, hours in runs)


def _span(phrasing: Phrasing, days: list[int]) -> str:
    first = phrasing.weekday(WEEKDAYS[days[0]])
    return first if len(days) == 1 else f"{first} – {phrasing.weekday(WEEKDAYS[days[-1]])}"
