"""Every day that a message names is answered."""

from datetime import date

import pytest

from nodes.lanes.dates import named_day
from nodes.lanes.days import named_days

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("are you open on dec 25?", "en", date(2026, 12, 25)),
        ("open jan 2?", "en", date(2027, 1, 2)),
        ("abrís el 25 dic?", "es", date(2026, 12, 25)),
        ("y el 2 de ene.?", "es", date(2027, 1, 2)),
        ("what time do u close tmrw", "en", date(2026, 11, 22)),
        ("abrís pasado mañana?", "es", date(2026, 11, 23)),
    ],
)
def test_a_short_month_and_a_hurried_tomorrow_name_a_day(text: str, locale: str, expected: date) -> None:
    named = named_day(text, TODAY, locale)

    assert named == expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("abrís el 6 de enero y el 25 de diciembre?", "es", [date(2027, 1, 6), date(2026, 12, 25)]),
        ("abris mañana y el martes?", "es", [date(2026, 11, 22), date(2026, 11, 24)]),
        ("what time do u close tmrw and on dec 25", "en", [date(2026, 11, 22), date(2026, 12, 25)]),
        ("el 24 y 25 de diciembre", "es", [date(2026, 12, 24), date(2026, 12, 25)]),
        ("los sábados y los domingos", "es", [5, 6]),
        ("nochebuena y nochevieja", "es", [date(2026, 12, 24), date(2026, 12, 31)]),
        ("Friday, December 25?", "en", []),
        ("a qué hora abrís mañana y a qué hora cerráis?", "es", []),
    ],
)
def test_all_the_days_of_a_message_are_found(text: str, locale: str, expected: list[date | int]) -> None:
    found = named_days(text, TODAY, locale)

    assert found == expected
