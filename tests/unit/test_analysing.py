"""What an analysis shows of a contract in plain words: figures, duties, subjects, and the sentences that say most."""

import pytest

from nodes.agents.analysing import duties, figures, terms
from nodes.agents.ranking import Sentence, best_sentences
from nodes.agents.wording import Language


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "Item: Course 1,500.00. Item: Boxes 75.50. Total: EUR 1,575.50.", ["€1,500.00", "€75.50", "€1,575.50"]),
        ("es", "Curso: 1.500,00. Cajas: 75,50. Total: 1.575,50 €.", ["1.500,00 €", "75,50 €", "1.575,50 €"]),
        ("en", "See clause 3.12 and version 2.10 of 01.02.2027. The fee is £80.00.", ["2027-02-01", "£80.00"]),
        ("en", "Boxes 75.50. Paid in EUR 10.00 and USD 12.00.", ["€10.00", "$12.00"]),
    ],
)
def test_amounts_without_a_sign_have_the_currency_of_the_others(
    language: Language, text: str, shown: list[str]
) -> None:
    _, found = figures(text, language)

    assert sorted(name for name, _ in found) == sorted(shown)


@pytest.mark.parametrize(
    ("language", "text", "who"),
    [
        ("en", "The Customer pays EUR 950.00 per month.", ["Customer"]),
        ("en", "Each party also bears its own costs.", ["Party"]),
        ("en", "The Supplier hosts the shop. The weather is fine.", ["Supplier"]),
        ("en", "The report supports the customer.", []),
        ("es", "El Cliente paga 90 € al mes.", ["Cliente"]),
        ("es", "El Proveedor siempre es amable.", []),
    ],
)
def test_what_a_party_does_by_contract_is_its_duty(language: Language, text: str, who: list[str]) -> None:
    _, found = duties(text, language)

    assert [name for name, _ in found] == who


def test_units_of_time_and_the_heads_of_lists_are_no_subjects() -> None:
    text = "Item: bread oven, 30 days, one month. Item: bread oven, 60 days, two months. Oven doors, oven racks."

    _, found = terms(text, "en")

    assert {name for name, _ in found} & {"item", "days", "month", "months"} == set()
    assert any("oven" in name for name, _ in found)


@pytest.mark.parametrize(
    "fee", ["The Client owes a fee of EUR 640.00 per month.", "The price of one lesson is EUR 35.00, paid at the desk."]
)
def test_a_summary_tells_the_price_and_the_cap(fee: str) -> None:
    about = [f"The {one} of the school are open to the pupils of the school." for one in ("rooms", "halls", "gardens")]
    cap = "The liability of the school ends at EUR 2,000.00."
    said = [*about, fee, "The pupils of the school leave the rooms of the school as they were.", cap]

    found = best_sentences([Sentence(text, place, 0) for place, text in enumerate(said)], 4, None)

    assert {fee, cap} <= set(found)


@pytest.mark.parametrize(
    ("sentence", "language", "who"),
    [
        ("El Cliente debe pagar la cuota.", "es", "Cliente"),
        ("Los socios deben avisar con un mes.", "es", "Socios"),
        ("El Proveedor tiene que entregar el material.", "es", "Proveedor"),
        ("El Proveedor está obligado a entregar el material.", "es", "Proveedor"),
        ("El Inquilino se compromete a cuidar el piso.", "es", "Inquilino"),
        ("El importe que se debe figura en el anexo.", "es", None),
        ("The Customer has to pay the fee.", "en", "Customer"),
        ("The Suppliers are required to deliver.", "en", "Suppliers"),
        ("The fee is shown in the annex.", "en", None),
    ],
)
def test_a_plain_duty_is_found_with_whom_it_binds(sentence: str, language: Language, who: str | None) -> None:
    _, found = duties(sentence, language)

    assert [party for party, _ in found] == ([who] if who else [])
