"""What a review reads of the fees: what is paid each month, and what once."""

import pytest

from nodes.agents.reviewing.facts import facts_of
from nodes.agents.wording import language_of
from state.document import Section


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "The Customer pays a set-up fee of EUR 12,000.00, then EUR 950.00 per month.",
            {"Monthly fee": "€950.00", "Fees in a year": "€11,400.00", "One-off fee": "€12,000.00"},
        ),
        (
            "The fees are £80 a month and a one-off installation charge of £350.",
            {"Monthly fee": "£80.00", "Fees in a year": "£960.00", "One-off fee": "£350.00"},
        ),
        (
            "The monthly fee is $1,200, plus $500 once for onboarding.",
            {"Monthly fee": "$1,200.00", "Fees in a year": "$14,400.00", "One-off fee": "$500.00"},
        ),
        (
            "El Cliente abonará una cuota de alta de 600,00 € y una cuota mensual de 75,50 €.",
            {"Cuota mensual": "75,50 €", "Cuotas en un año": "906,00 €", "Pago único": "600,00 €"},
        ),
        (
            "Por el servicio se pagarán 120 € al mes, y por la puesta en marcha 1.500 € por una sola vez.",
            {"Cuota mensual": "120,00 €", "Cuotas en un año": "1.440,00 €", "Pago único": "1.500,00 €"},
        ),
        ("The Customer pays a penalty of EUR 400 per month of delay.", {}),
        ("The Customer pays EUR 900.00 for the year.", {}),
    ],
)
def test_the_monthly_fee_is_the_amount_that_the_month_goes_with(text: str, facts: dict[str, str]) -> None:
    assert facts_of("financial", [Section("", text)], language_of(text)) == facts
