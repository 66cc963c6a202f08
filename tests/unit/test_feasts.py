"""Days by name, by weekday and number, and weekdays as a rule."""

from datetime import UTC, date, datetime

import pytest

from nodes.lanes.calendar import moment
from nodes.lanes.dates import named_day, named_weekdays, only_a_day
from nodes.lanes.feasts import easter, named_feast
from nodes.lanes.hours import hours_reply
from nodes.lanes.phrasing import Phrasing
from tests.desk import demo

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def told(*said: str, locale: str = "es") -> str:
    """Return what is answered to the last of what was said."""
    here = moment(demo().hours, NOON, demo().profile.timezone)
    return hours_reply(Phrasing(demo(), locale), here, *said).text


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("¿abrís en nochebuena?", date(2026, 12, 24), 1),
        ("are you open on Christmas Eve?", date(2026, 12, 24), 1),
        ("¿qué horario tenéis en Navidad?", date(2026, 12, 24), 3),
        ("Boxing Day?", date(2026, 12, 26), 1),
        ("¿y en nochevieja?", date(2026, 12, 31), 1),
        ("are you open on New Year's Day", date(2027, 1, 1), 1),
        ("are you open on new year’s eve", date(2026, 12, 31), 1),
        ("¿abrís en reyes?", date(2027, 1, 5), 2),
        ("¿y el día de reyes?", date(2027, 1, 5), 2),
        ("¿en semana santa abrís?", date(2027, 3, 25), 4),
        ("are you open at Easter?", date(2027, 3, 26), 4),
        ("el puente de la constitución", date(2026, 12, 6), 3),
        ("¿abrís en San Isidro?", date(2027, 5, 15), 1),
    ],
)
def test_a_feast_is_its_next_days(text: str, first: date, count: int) -> None:
    days = named_feast(text, TODAY, demo().hours.special)

    assert (days[0], len(days)) == (first, count)


def test_easter_is_where_the_calendar_has_it() -> None:
    found = [easter(year) for year in (2024, 2025, 2026, 2027, 2038)]

    assert found == [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25)]


def test_the_hours_of_a_feast_are_those_of_its_days() -> None:
    answer = told("¿abren en navidad?")

    assert "jueves 24 de diciembre abrimos 10:00–15:00" in answer
    assert "viernes 25 de diciembre cerramos: Navidad" in answer


def test_a_number_after_a_feast_is_of_its_month() -> None:
    answer = told("¿abren en navidad?", "¿abrís el 26?")

    assert "26 de diciembre" in answer


@pytest.mark.parametrize(("text", "locale"), [("¿abrís el domingo 29?", "es"), ("open on Sunday the 29th?", "en")])
def test_a_weekday_with_a_number_is_that_date(text: str, locale: str) -> None:
    named = named_day(text, TODAY, locale)

    assert named == date(2026, 11, 29)


def test_a_weekday_with_an_hour_is_the_next_of_it() -> None:
    named = named_day("¿abrís el domingo 10:30?", TODAY, "es")

    assert named == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "locale", "weekday"),
    [
        ("a qué hora cerráis los sábados", "es", 5),
        ("¿abrís los lunes?", "es", 0),
        ("¿abrís el lunes?", "es", None),
        ("are you open on Sundays?", "en", 6),
        ("are you open on Sunday?", "en", None),
    ],
)
def test_several_of_a_weekday_mean_the_rule(text: str, locale: str, weekday: int | None) -> None:
    found = named_weekdays(text, locale)

    assert found == weekday


def test_a_rule_is_told_with_its_next_exceptions() -> None:
    answer = told("¿abrís los domingos?")

    assert "Domingo: cerrado." in answer
    assert "domingo 13 de diciembre abrimos" in answer


@pytest.mark.parametrize("text", ["¿y en nochebuena?", "y en reyes?", "¿y el domingo 29?"])
def test_a_feast_alone_is_a_day(text: str) -> None:
    assert only_a_day(text, "es")
