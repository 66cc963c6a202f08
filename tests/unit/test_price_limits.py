"""What a buyer would pay, read out of a message."""

from datetime import date

import pytest

from nodes.lanes.dates import named_day, only_a_day
from nodes.lanes.shopping.limits import price_limits

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("cuchillos de menos de 30 euros", None, 3000),
        ("entre 20 y 30", 2000, 3000),
        ("algo de 10 a 15,50 €", 1000, 1550),
        ("pans under 40", None, 4000),
        ("between €20 and €30", 2000, 3000),
        ("de más de 50 euros", 5000, None),
        ("tazas por 20 euros como mucho", None, 2000),
        ("mugs, €20 or less", None, 2000),
        ("anything under a tenner", None, 1000),
        ("menos de veinticinco euros", None, 2500),
        ("sartenes de 30 euros o más", 3000, None),
        ("unos 50 euros", 3500, 5750),
        ("a kettle for about €40", 2800, 4600),
    ],
)
def test_a_price_is_read_in_both_languages(text: str, least: int | None, most: int | None) -> None:
    limits = price_limits(text)

    assert limits is not None
    assert (limits.least, limits.most) == (least, most)


@pytest.mark.parametrize(
    "text",
    [
        "menos de 30 cm",
        "hasta 2 litros",
        "la sartén de 28",
        "más de 4 personas",
        "para 4 o más personas",
        "about 6 cups",
    ],
)
def test_a_measure_is_no_price(text: str) -> None:
    limits = price_limits(text)

    assert limits is None


def test_a_number_alone_is_of_the_month_that_was_named_before() -> None:
    before = named_day("¿abrís el 24 de diciembre?", TODAY, "es")

    assert named_day("¿y el 25?", TODAY, "es", before) == date(2026, 12, 25)
    assert named_day("¿y el 25?", TODAY, "es") == date(2026, 11, 25)


@pytest.mark.parametrize(("text", "alone"), [("¿y el 25?", True), ("¿y el domingo?", True), ("¿y 25 platos?", False)])
def test_a_day_and_nothing_else_is_known(text: str, alone: bool) -> None:  # a case
    told = only_a_day(text, "es")

    assert told is alone
