"""Traps in plain words, which a review finds, and their fair likes, which it leaves alone."""

import pytest

from nodes.agents.given import ReadText
from nodes.agents.reviewer import ReviewInput, by_rules
from nodes.agents.reviewing.findings import Review, Speciality
from nodes.agents.wording import Language

UNILATERAL, UNCAPPED, OWN_DATA = "legal.price_change.unilateral", "legal.penalties.uncapped", "legal.ownership.own_data"


def reviewed(speciality: Speciality, text: str, language: Language = "en") -> Review:
    given = ReviewInput(document=ReadText(text=text), speciality=speciality, language=language)
    return by_rules(given, [], language)


@pytest.mark.parametrize(
    ("language", "text", "trap"),
    [
        ("en", "The Provider may raise its charges without prior notice.", UNILATERAL),
        ("en", "The Supplier may at any time change the subscription fees.", UNILATERAL),
        ("en", "We can adjust the hourly rate as it sees fit.", UNILATERAL),
        ("es", "El Proveedor podrá subir la cuota cuando quiera.", UNILATERAL),
        ("es", "El Prestador podrá modificar las tarifas sin previo aviso.", UNILATERAL),
        ("en", "For each day of delay a penalty of EUR 50 is due.", UNCAPPED),
        ("en", "Late delivery costs a penalty of 1% a day.", UNCAPPED),
        ("es", "Por cada día de retraso el Cliente abonará una penalización de 300 €.", UNCAPPED),
        ("es", "La penalización se aplicará sin tope.", UNCAPPED),
        ("en", "All content, including the Client's data, is the property of the Provider.", OWN_DATA),
        ("en", "The Provider owns all results and the Customer's own data.", OWN_DATA),
        ("es", "Los datos del Cliente pertenecen al Proveedor.", OWN_DATA),
        ("es", "Los contenidos del Cliente serán propiedad del Prestador.", OWN_DATA),
        ("en", "Only the Provider may terminate, on 10 days' notice.", "legal.termination.unequal"),
        ("es", "Sólo el Proveedor podrá resolver el contrato.", "legal.termination.unequal"),
    ],
)
def test_a_trap_is_found_in_whatever_order_its_words_stand(language: Language, text: str, trap: str) -> None:
    found = reviewed("legal", text, language)

    assert [one.quote for one in found.findings if one.id == trap] == [text]


@pytest.mark.parametrize(
    ("language", "text", "trap"),
    [
        ("en", "The Customer pays the fee in advance and may leave at any time.", UNILATERAL),
        ("en", "Prices may be changed once a year with the consumer price index.", UNILATERAL),
        ("es", "La cuota se actualiza cada año según el IPC.", UNILATERAL),
        ("en", "For each day of delay a penalty of 1% is due, up to 10%.", UNCAPPED),
        ("es", "Por cada día de retraso hay una penalización, con un máximo del 10 %.", UNCAPPED),
        ("en", "The Customer's data belong to the Customer, and the software belongs to the Supplier.", OWN_DATA),
        ("en", "The Customer's data shall not become the property of the Supplier.", OWN_DATA),
        ("en", "The Supplier owns the software, except the Customer's data.", OWN_DATA),
        ("es", "Los datos del Cliente no pertenecen al Proveedor.", OWN_DATA),
        ("es", "Los datos del Cliente son suyos; el programa es propiedad del Proveedor.", OWN_DATA),
    ],
)
def test_a_fair_clause_is_not_called_a_trap(language: Language, text: str, trap: str) -> None:
    found = reviewed("legal", text, language)

    assert trap not in {one.id for one in found.findings}


@pytest.mark.parametrize(
    ("language", "text", "covered"),
    [
        ("en", "Item: Data migration 2,300.00.", False),
        ("es", "Migración de datos: 2.300,00 €.", False),
        ("en", "The app exports invoices to the tax office.", False),
        ("en", "On termination the Supplier hands over the data and helps to migrate them.", True),
        ("en", "The Customer may export its data at any time.", True),
        ("es", "Al finalizar el contrato el Proveedor devolverá los datos.", True),
        ("es", "El Cliente podrá exportar sus datos.", True),
    ],
)
def test_a_way_out_is_more_than_a_price_for_moving_in(language: Language, text: str, *, covered: bool) -> None:
    found = reviewed("technical", text, language)

    assert ("technical.exit.missing" not in {one.id for one in found.findings}) is covered


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Set-up 12,000.00. Course 1,500.00. Data 2,300.00. Total: EUR 16,800.00.", "15,800.00"),
        ("en", "Design is £400, build is £1,100 and testing is £300. The total is £1,900.", "1,800.00"),
        ("en", "Design £400; build £1,100; testing £300. Total: £1,800.", ""),
        ("es", "Diseño: 400,00 €; montaje: 1.100,00 € y pruebas: 300,00 €. El total es de 1.900,00 €.", "1.800,00"),
        ("es", "Diseño: 400,00 €, montaje: 1.100,00 €, pruebas: 300,00 €. Total: 1.800,00 €.", ""),
        ("en", "The fee is £100 per month, hosting is £20 per month. Set-up is £50. Total: £900.", ""),
        ("en", "Design £400, build £1,100 and VAT £300. Total: £1,900.", ""),
        ("en", "In 2024 we sold 1,200.00 and 300.00. The total liability is limited to EUR 500.00.", ""),
    ],
)  # fmt: skip
def test_a_total_in_running_text_is_added_up(language: Language, text: str, said: str) -> None:
    sums = [one for one in reviewed("financial", text, language).findings if one.id == "financial.arithmetic.sum"]

    assert [said in one.explanation and one.quote in text for one in sums] == [True] * bool(said)
