"""What a review reads of a contract's term, and whether it quotes the sentence that it means."""

import pytest

from nodes.agents.given import ReadText
from nodes.agents.reviewer import ReviewInput, by_rules
from nodes.agents.reviewing.findings import Review, Speciality
from nodes.agents.wording import language_of
from state.document import Section

STARTS = "The contract starts on 1 May 2026."


def reviewed(speciality: Speciality, *sections: str) -> Review:
    parts = [Section(*one.split("\n", 1)) for one in sections]
    text = "\n\n".join(sections)
    given = ReviewInput(document=ReadText(text=text, sections=parts), speciality=speciality)
    return by_rules(given, [], language_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "3. Term\nThe agreement runs for 60 months and is renewed automatically.",
        "Term and termination\nFor as long as the parties wish.",
        "Other\nThis contract lasts for two years.",
        "Otros\nEste contrato dura dos años y es de las partes.",
    ],
)
def test_a_contract_that_says_how_long_it_lasts_is_not_told_that_it_does_not(text: str) -> None:
    found = reviewed("legal", text)

    assert "legal.term.missing" not in {one.id for one in found.findings}


def test_a_warranty_or_a_time_to_pay_is_no_term() -> None:
    found = reviewed("legal", "Payment terms\nThe invoices are due in 30 days. The warranty lasts for 24 months.")

    assert "legal.term.missing" in {one.id for one in found.findings}


@pytest.mark.parametrize(
    ("signed", "term", "wrong"),
    [
        ("made on 3 March 2026", "The agreement runs for 60 months. It ends on 1 January 2027.", True),
        ("made on 3 March 2026", "The agreement runs for 60 months. It ends on 2 March 2031.", False),
        ("made in 2026", "The contract starts on 1 May 2026 for 12 months. It expires on 30 April 2027.", False),
        ("made in 2026", f"{STARTS} The contract lasts for 12 months. It expires on 30 April 2027.", False),
        ("made in 2026", f"{STARTS} The contract lasts for 12 months. It expires on 31 December 2027.", True),
        ("signed 3 March 2026", "Live: 1 June 2026. The contract lasts for 12 months. It ends on 31 May 2027.", False),
        ("made on 3 March 2026", "The agreement is renewed for 36 months. It ends on 1 January 2027.", False),
    ],
)  # fmt: skip
def test_a_last_day_is_held_against_the_length_over_several_sentences(signed: str, term: str, *, wrong: bool) -> None:
    found = reviewed("legal", f"Agreement\nThis agreement is {signed} between the parties.", f"3. Term\n{term}")

    assert ("legal.term.dates" in {one.id for one in found.findings}) is wrong


def test_a_spanish_term_is_held_against_its_last_day_too() -> None:
    found = reviewed(
        "legal",
        "Contrato\nEl presente contrato se firma el 2 de enero de 2026.",
        "Plazo\nEl contrato dura 24 meses, prorrogables por 12 meses. El contrato finaliza el 30 de junio de 2026.",
    )

    (dates,) = [one for one in found.findings if one.id == "legal.term.dates"]
    assert "01/01/2028" in dates.explanation
    assert dates.quote.startswith("El contrato finaliza")


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("It is renewed for periods of 36 months unless notice is given 30 days before its end.", False),
        ("It is renewed for periods of 36 months unless notice is given 180 days before its end.", True),
        ("It is renewed each year unless 6 months' written notice is given.", True),
        ("El contrato se renueva cada año salvo preaviso de 120 días.", True),
        ("El contrato se renueva cada año salvo preaviso de 60 días.", False),
    ],
)
def test_a_long_notice_is_the_notice_and_no_other_length_of_time(text: str, *, notice: bool) -> None:
    found = reviewed("legal", f"Renewal, la prórroga\n{text}")

    assert any(one.id.startswith("legal.renewal.long_notice") for one in found.findings) is notice


@pytest.mark.parametrize(
    "late",
    [
        "Late payment bears interest of 2% per month.",
        "Overdue sums bear interest at 1.5% a month.",
        "We charge 3% per month on unpaid invoices.",
    ],
)
def test_high_interest_is_quoted_from_the_sentence_about_interest(late: str) -> None:
    found = reviewed("financial", "1. Services\nAvailability is 97% per month.", f"2. Fees\nInvoices follow. {late}")

    (interest,) = [one for one in found.findings if one.id == "financial.late_interest.monthly"]
    assert (interest.quote, interest.section) == (late, "2. Fees")


def test_a_monthly_share_that_is_no_interest_is_none() -> None:
    found = reviewed(
        "financial", "1. Services\nAvailability is 97% per month.", "2. Fees\nLate payment bears interest."
    )

    assert not any(one.topic == "late_interest" for one in found.findings)
