"""What a buyer's words are read as."""

import pytest

from nodes.lanes.shopping import reading
from nodes.lanes.shopping.details import Place, method_in, place_in, street_in, way_in
from nodes.lanes.shopping.naming import name_in
from nodes.lanes.shopping.reading import Wanted, wanted
from tests.desk import demo


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2 sartenes de 28 y una tetera azul", [("sartenes de 28", 2), ("tetera azul", 1)]),
        ("two 28 cm frying pans and a blue teapot", [("28 cm frying pans", 2), ("blue teapot", 1)]),
        ("quiero la sartén de 28", [("sarten de 28", None)]),
        ("pedido: 2 tazas, 1 tetera", [("tazas", 2), ("tetera", 1)]),
        ("ponme dos", [("", 2)]),
        ("tazas x3", [("tazas", 3)]),
        ("un par de tazas", [("tazas", 2)]),
        ("cazo de 16, tres tarros y unas tijeras", [("cazo de 16", None), ("tarros", 3), ("tijeras", 1)]),
        ("panera de acero y bambú", [("panera de acero y bambu", None)]),
    ],
)
def test_a_message_is_taken_apart_into_products_and_how_many(text: str, parts: list[tuple[str, int | None]]) -> None:
    assert wanted(text) == [Wanted(*part) for part in parts]


@pytest.mark.parametrize(
    ("text", "place"),
    [("la segunda", 1), ("2", 1), ("the last one", -1), ("me quedo con el tercero", 2), ("la de 24", None)],
)
def test_one_of_a_list_is_meant_by_its_place(text: str, place: int | None) -> None:
    assert reading.place_in_list(text) == place


@pytest.mark.parametrize("text", ["¿cómo compro el hervidor?", "can I buy it here?", "¿puedo pedir por teléfono?"])
def test_a_question_of_how_buys_nothing(text: str) -> None:
    assert not reading.buys(text)
    assert not reading.adds(text)


@pytest.mark.parametrize("text", ["quita la tetera", "remove the teapot", "take the apron out of the cart", "saca eso"])
def test_what_is_taken_out_is_not_put_in(text: str) -> None:
    assert reading.takes_out(text)
    assert not reading.adds(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Calle Mayor 3, 28013 Madrid", Place("Calle Mayor 3", "28013", "Madrid")),
        ("Envíalo a Calle del Pez 8 2ºB, Madrid 28004", Place("Calle del Pez 8 2ºB", "28004", "Madrid")),
        ("mejor envíalo a La Rambla 5, 08002 Barcelona", Place("La Rambla 5", "08002", "Barcelona")),
        ("Send it to Gran Via 1, 28013 Madrid please", Place("Gran Via 1", "28013", "Madrid")),
        ("Rua Augusta 10, 1100-048 Lisboa", Place("Rua Augusta 10", "1100-048", "Lisboa")),
        ("cambia la dirección de envío a Calle Luna 8, 28004 Madrid", Place("Calle Luna 8", "28004", "Madrid")),
        ("mejor a 46011 Valencia, Calle de la Reina 88", Place("Calle de la Reina 88", "46011", "Valencia")),
        ("2 tazas, envío a Calle Sol 3, 46001 Valencia, soy Luis", Place("Calle Sol 3", "46001", "Valencia")),
        ("28013", Place("", "28013", "")),
        ("Calle Mayor 3", None),
        ("mi teléfono es 600111222", None),
    ],
)
def test_an_address_is_known_by_its_postcode(text: str, place: Place | None) -> None:
    assert place_in(text) == place


def test_an_address_without_a_postcode_is_a_street() -> None:
    assert street_in("Calle Mayor 3") == "Calle Mayor 3"
    assert street_in("no lo sé") == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana Pérez, ana@example.com", "Ana Pérez"),
        ("soy Luis Gil y mi teléfono es 600 111 222", "Luis Gil"),
        ("my name is John O'Neill, john@x.example", "John O'Neill"),
        ("a nombre de María José", "María José"),
        ("ana@example.com", ""),
        ("soy lucia", "lucia"),
        ("necesito hablar con alguien", ""),
        ("quiero devolver otro producto", ""),
        ("ya no lo quiero", ""),
        ("Ver la cesta", ""),
        ("A-5512", ""),
        ("Calle Mayor 3, 28013 Madrid", ""),
        ("I want to return another product", ""),
        ("¿cuánto cuesta el envío?", ""),
    ],
)
def test_a_name_is_what_is_left_beside_mail_and_phone(text: str, name: str) -> None:
    assert name_in(text) == name


def test_delivery_pickup_and_payment_are_told_by_words_of_both_languages() -> None:
    rules = demo().shop
    assert rules is not None

    assert [method_in(text, rules) for text in ("lo recojo yo", "I'll collect it", "a domicilio", "hola")] == [
        "pickup",
        "pickup",
        "delivery",
        None,
    ]
    ways = rules.ways("pickup", links=False)
    chosen = [way_in(text, ways) for text in ("por transferencia", "2", "when I collect it", "con cromos")]
    assert [way and way.name for way in chosen] == ["transfer", "at_pickup", "at_pickup", None]


@pytest.mark.parametrize(
    ("postcode", "zone"),
    [("28013", "peninsula"), ("07012", "balearics"), ("35001", "islands"), ("1100-048", "portugal"), ("99001", None)],
)
def test_a_postcode_has_the_zone_of_its_longest_beginning(postcode: str, zone: str | None) -> None:
    rules = demo().shop
    assert rules is not None

    found = rules.zone_of(postcode)

    assert (found and found.name) == zone


def test_the_basket_that_something_goes_into_is_no_product() -> None:
    assert [part.text for part in reading.wanted("add two teapots to my basket")] == ["teapots"]
