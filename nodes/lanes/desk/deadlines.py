"""By when somebody answers: time in which the shop is open, by its own calendar."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from nodes.lanes.calendar import day
from prompts.tenant import Tenant

_LOOK_AHEAD_DAYS: Final = 60


def due_after(tenant: Tenant, now: datetime, open_for: timedelta) -> datetime:
    """Return when the shop will have been open for so long, counted from `now` (aware), in the shop's time zone.

    In a shop without opening hours within two months every hour counts.
    """
    zone = ZoneInfo(tenant.profile.timezone)
    here, left = now.astimezone(zone), open_for
    for ahead in range(_LOOK_AHEAD_DAYS):
        on = here.date() + timedelta(days=ahead)
        for span in day(tenant.hours, on).intervals:
            begins = max(datetime.combine(on, span.opens, zone), here)
            lasts = datetime.combine(on, span.closes, zone) - begins
            if lasts >= left:
                return begins + left
            left -= max(lasts, timedelta())
    return here + open_for


def in_ms(at: datetime) -> int:
    """Return an aware time as milliseconds since 1970 UTC."""
    return int(at.timestamp() * 1000)
