import pytest

from nodes.routers.shorthand import numbers_alike
from nodes.routers.spelling import Spelling

USUAL = {
    "en": "what is your return policy please show the basket under a guarantee by parcel in the toaster kettle",
    "es": "quita el mantel de la cesta y dime si hay devoluciones del hervidor con envío por favor gracias",
}
SPELLING = Spelling(
    [(text, locale) for locale, text in USUAL.items() for _ in range(4)], {"carve", "sauce"}.__contains__
)


@pytest.mark.parametrize(
    ("written", "meant", "locale"),
    [
        ("retun polcy", "return policy", "en"),
        ("shwo the baskt", "show the basket", "en"),
        ("is it undr garantee", "is it under guarantee", "en"),
        ("where is my parsel", "where is my parcel", "en"),
        ("my kettel", "my kettle", "en"),
        ("saca el mantl de la sesta", "saca el mantel de la cesta", "es"),
        ("ENBIO", "envío", "es"),
        ("ay debolusiones", "ay devoluciones", "es"),
        ("mi erbidor", "mi hervidor", "es-MX"),
    ],
)
def test_a_slip_is_put_as_the_examples_write_it(written: str, meant: str, locale: str) -> None:
    assert SPELLING.corrected(written, locale) == meant


@pytest.mark.parametrize(
    "text",
    [
        "is it for sauce",
        "ask Kettel about it",
        "write to retun@polcy.com",
        "kettel2",
        "kettel.es",
        "a basin and a masket",
        "",
    ],
)
def test_words_names_and_addresses_stay_as_they_are(text: str) -> None:
    assert SPELLING.corrected(text, "en") == text


def test_a_language_without_examples_is_left_alone() -> None:
    assert SPELLING.corrected("retun polcy", "fr") == "retun polcy"


def test_a_slip_that_could_be_two_words_stays() -> None:
    spelling = Spelling([("coaster toaster poster", "en")] * 4)

    assert spelling.corrected("oaster", "en") == "oaster"


def test_which_order_it_is_makes_no_difference() -> None:
    assert numbers_alike("return A-7718 and TK-1203, 2 pans") == "return A-0000 and TK-0000, 2 pans"
