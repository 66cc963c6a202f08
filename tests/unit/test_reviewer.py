"""What a review finds in contracts, with and without a model."""

import base64
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nodes.agents.analysing import duties, figures, readability, terms
from nodes.agents.documents.reading import read_document
from nodes.agents.given import GivenDocument, ReadText
from nodes.agents.rendering import page, plain
from nodes.agents.reviewer import ReviewInput, by_rules, reviewer
from nodes.agents.reviewing.dates import dates_in, last_day, periods_in
from nodes.agents.reviewing.findings import Review, Speciality
from nodes.agents.reviewing.money import money_in, number, written
from nodes.agents.summariser import Summarise, sentences_in, summariser_with
from nodes.agents.synthesiser import Reviews, synthesiser
from nodes.agents.wording import folded, language_of, sentences_of
from state.errors import ModelError
from tests.agents import Desk
from tests.fakes import HashingEncoder

EXAMPLES = Path(__file__).parents[2] / "graphs" / "templates" / "examples"


KEPT: dict[str, ReadText] = {}


async def read(name: str) -> ReadText:
    if name not in KEPT:
        found = await read_document(name, (EXAMPLES / name).read_bytes())
        KEPT[name] = ReadText(text=found.text, sections=found.sections, title=found.title)
    return KEPT[name]


async def reviews_of(name: str) -> list[Review]:
    document, found = await read(name), list[Review]()
    for speciality in ("legal", "technical", "financial"):
        given = ReviewInput(document=document, speciality=speciality, earlier=list(found))
        found.append(await reviewer("review", given, Desk().context()))
    return found


def ids(review: Review) -> set[str]:
    return {one.id for one in review.findings}


async def test_the_spanish_contract_has_every_trap_that_was_put_into_it() -> None:
    legal, technical, financial = await reviews_of("contrato-suministro.pdf")

    assert ids(legal) >= {
        "legal.renewal.long_notice", "legal.price_change.unilateral", "legal.penalties.uncapped",
        "legal.liability.unlimited_ours", "legal.liability.low_cap", "legal.data_protection.no_processor_terms",
        "legal.termination.unequal", "legal.assignment.free", "legal.confidentiality.missing", "legal.term.dates",
    }  # fmt: skip
    assert ids(technical) >= {"technical.service_level.best_efforts", "technical.security.missing"}
    assert ids(financial) >= {"financial.payment.over_sixty", "financial.arithmetic.sum", "financial.exposure.penalty"}
    text = (await read("contrato-suministro.pdf")).text
    assert [one.quote for one in legal.findings if one.quote not in text] == []


async def test_a_fair_english_agreement_is_not_called_names() -> None:
    legal, technical, financial = await reviews_of("service-agreement.html")

    assert {"legal.renewal.automatic", "legal.price_change.unilateral"} <= ids(legal)
    assert not {
        "legal.data_protection.no_processor_terms",
        "legal.confidentiality.missing",
        "legal.penalties.uncapped",
    } & ids(legal)
    assert not {"technical.security.missing", "technical.service_level.no_credits"} & ids(technical)
    assert not any(one.topic == "arithmetic" for one in financial.findings)


async def test_each_specialist_goes_on_from_the_ones_before() -> None:
    _, technical, financial = await reviews_of("contrato-suministro.docx")

    security = next(one for one in technical.findings if one.id == "technical.security.missing")
    penalty = next(one for one in financial.findings if one.id == "financial.exposure.penalty")

    assert security.builds_on == ["legal.data_protection.no_processor_terms"]
    assert penalty.builds_on == ["legal.penalties.uncapped"]
    assert "221,43 €" in penalty.explanation


def reviewed(text: str, speciality: Speciality = "financial") -> Review:
    return by_rules(ReviewInput(document=ReadText(text=text), speciality=speciality), [], language_of(text))


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("Tetera 2 10,00 € 20,00 €\nTaza 3 5,00 € 15,00 €\nTotal 35,00 €", set()),
        ("Tetera 2 10,00 € 21,00 €\nTaza 3 5,00 € 15,00 €\nTotal 36,00 €", {"line"}),
        ("Tetera 20,00 €\nTaza 15,00 €\nBase imponible 35,00 €\nIVA (21 %) 7,00 €\nTotal 42,00 €", {"tax"}),
        ("Tetera 20,00 €\nTaza 15,00 €\nBase imponible 35,00 €\nIVA (21 %) 7,35 €\nTotal 45,35 €", {"total"}),
        ("Kettle £20.00\nCup £15.00\nTotal £53.00", {"sum"}),
    ],
)
def test_arithmetic_is_checked_line_by_line(rows: str, wrong: set[str]) -> None:
    found = reviewed(rows)

    assert {one.id.rsplit(".", 1)[1] for one in found.findings if one.topic == "arithmetic"} == wrong


def noticed(title: str, quote: str) -> dict[str, str]:
    return {"severity": "high", "topic": "x", "title": title, "explanation": "…", "suggestion": "…", "quote": quote}


async def test_a_models_findings_are_kept_when_their_quotes_are_the_documents() -> None:
    desk = Desk()
    says: dict[str, Any] = {
        "summary": "Contrato desequilibrado.",
        "findings": [
            noticed("Fuero lejano", "juzgados y tribunales de la ciudad de Valencia"),
            noticed("Inventado", "El cliente entregará su casa al proveedor."),
        ],
    }
    given = ReviewInput(document=await read("contrato-suministro.docx"), speciality="legal")

    found = await reviewer("review", given, desk.context(says=[says]))

    assert found.method == "rules and model"
    assert found.summary == "Contrato desequilibrado."
    assert [one.title for one in found.findings if one.by == "model"] == ["Fuero lejano"]
    assert any("dropped" in line for line in desk.said)


@pytest.mark.parametrize("says", [ModelError("timeout", "m", "slow"), {"summary": 3}])
async def test_a_model_that_fails_costs_its_part_only(says: dict[str, Any] | ModelError) -> None:
    desk = Desk()
    given = ReviewInput(document=await read("contrato-suministro.docx"), speciality="legal")

    found = await reviewer("review", given, desk.context(says=[says]))

    assert found.method == "rules"
    assert len(found.findings) > 10
    assert any("going on without it" in line for line in desk.said)


async def test_a_plan_may_leave_the_model_out() -> None:
    given = ReviewInput(document=ReadText(text="Un contrato breve."), speciality="legal")

    found = await reviewer("review", given, Desk().context(says=[{}], config={"model": False}))

    assert found.method == "rules"


async def test_the_report_shows_a_documents_words_and_never_lets_them_become_markup() -> None:
    desk = Desk()
    text = "El Proveedor podrá revisar unilateralmente sus precios <script>alert(1)</script> [x](javascript:alert(2))."
    review = await reviewer("review", ReviewInput(document=ReadText(text=text), speciality="legal"), desk.context())

    report = await synthesiser("report", Reviews(document=ReadText(text=text), reviews=[review, None]), desk.context())

    html = desk.files.kept[report.files[1].sha256].decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert "href" not in html


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "|" * 5000,
        "(" * 20_000,
        "1" * 20_000 + " €",
        "automatic renew " * 3000,
        "el " + "a" * 20_000,
        ". A" * 5000,
        "\n\n#" * 5000,
    ],
)
def test_any_text_is_reviewed_without_an_error(text: str) -> None:
    for speciality in ("legal", "technical", "financial"):
        reviewed(text, speciality)
    for look in (figures, duties, terms, readability):
        for language in ("es", "en"):
            look(text, language)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("12 500", "12500"),
        ("0,5", "0.5"),
        ("1.000", "1000"),
        ("7", "7"),
    ],
)
def test_numbers_are_read_in_either_countrys_way(text: str, amount: str) -> None:
    assert number(text) == Decimal(amount)


def test_amounts_are_written_as_people_read_them() -> None:
    (money,) = money_in("un total de 22.143,00 € al año")

    assert written(money.amount, money.currency, "es") == "22.143,00 €"
    assert written(money.amount, money.currency, "en") == "€22,143.00"


def test_dates_and_periods_are_read_in_both_languages() -> None:
    found = dates_in("El 1 de febrero de 2027, on March 3rd, 2027, 2027-04-05 y 6/7/2027; el 31/02/2027 no existe.")

    assert [one.isoformat() for one in found] == ["2027-02-01", "2027-03-03", "2027-04-05", "2027-07-06"]
    assert [one.months for one in periods_in("veinticuatro (24) meses, 2 años, 6 months")] == [24, 24, 6]
    assert last_day(found[0], 24).isoformat() == "2029-01-31"


def test_a_sentence_ends_where_a_reader_would_end_it() -> None:
    assert sentences_of("Véase el art. 5 de la ley. El Sr. Pla firma. ¿Y después?") == [
        "Véase el art. 5 de la ley.", "El Sr. Pla firma.", "¿Y después?",
    ]  # fmt: skip


def test_folding_keeps_every_character_at_its_place() -> None:
    text = "Ñandú ﬁn İstanbul ẞ «sí»"

    assert len(folded(text)) == len(text)


def test_a_page_says_its_language_and_has_no_script() -> None:
    assert '<html lang="es">' in page("t", "# hola\n\n<b>x</b>", "es")
    assert plain("1. no list\n# no heading") == "1\\. no list \\# no heading"


@pytest.mark.parametrize("encoder", [None, HashingEncoder()])
async def test_a_summary_without_a_model_is_the_texts_own_sentences(encoder: HashingEncoder | None) -> None:
    document = await read("contrato-suministro.docx")

    found: Any = await summariser_with(lambda: encoder)(
        "summarise", Summarise(document=document, sentences=5), Desk().context()
    )

    assert found.method == "extractive"
    assert len(found.points) == 5
    assert {one.text for one in sentences_in(document)} >= set(found.points)


async def test_a_summary_with_a_model_is_in_its_words_and_no_longer_than_asked() -> None:
    given = Summarise(document=ReadText(text="Una. Dos."), sentences=1)

    found: Any = await summariser_with(lambda: None)(
        "summarise", given, Desk().context(says=[{"points": ["Corto.", "Largo."]}])
    )

    assert (found.method, found.points) == ("model", ["Corto."])


@pytest.mark.parametrize("given", [{}, {"text": "a", "base64": "YQ=="}, {"name": "x"}])
def test_a_document_is_given_in_exactly_one_way(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        GivenDocument.model_validate(given)


async def test_a_file_within_an_input_is_decoded() -> None:
    given = GivenDocument.model_validate({"name": "a.txt", "base64": base64.b64encode(b"hola").decode()})

    assert await given.content(Desk().context()) == b"hola"
