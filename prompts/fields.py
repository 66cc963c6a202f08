"""What the fields of a tenant's files may hold."""

import re
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


def known_zone(name: str) -> str:
    """Return the name of a time zone that exists; raises `ValueError`."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("not a time zone name such as Europe/Madrid") from error
    return name


def _known_locale(code: str) -> str:
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError("not a language code such as es or en") from error
    return code


def _clock_time(written: object) -> object:
    if isinstance(written, time):
        return written
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})", written) if isinstance(written, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004 - the clock
        raise PydanticCustomError("clock_time", "not a time of day")
    return time(int(found[1]), int(found[2]))


def _calendar_date(written: object) -> object:
    if isinstance(written, date):
        return written
    try:
        return date.fromisoformat(str(written))
    except ValueError as error:
        raise PydanticCustomError("calendar_date", "not a date of the calendar") from error


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
CalendarDate = Annotated[date, BeforeValidator(_calendar_date)]
LocaleCode = Annotated[str, AfterValidator(_known_locale)]
Localised = dict[LocaleCode, Text]
