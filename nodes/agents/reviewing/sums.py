"""Findings from arithmetic: tables whose totals don't add up, terms whose dates don't agree."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from nodes.agents.reviewing.dates import dates_in, day_written, last_day, periods_in
from nodes.agents.reviewing.findings import Finding
from nodes.agents.reviewing.money import CENT, Currency, Row, money_in, rows_in, written
from nodes.agents.reviewing.prose import prose_tables
from nodes.agents.reviewing.term import right_end, term_of
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, sentences_of
from state.document import Section


def sum_findings(sections: Sequence[Section], language: Language) -> Iterator[Finding]:
    """Yield what doesn't add up in the document's tables of prices."""
    for section in sections:
        lines = [line for line in section.text.split("\n") if line.strip()]
        amounts = money_in(section.text)
        currency: Currency = amounts[0].currency if amounts else "EUR"
        for table in [*rows_in(lines), *prose_tables(section.text)]:
            yield from _table(table, section.title, currency, language)


def term_findings(sections: Sequence[Section], language: Language) -> Iterator[Finding]:
    """Yield terms whose end is not where their length puts it, in one sentence or in several."""
    found = False
    for section in sections:
        for sentence in sentences_of(section.text):
            dates = dates_in(sentence)
            months = [period.months for period in periods_in(sentence) if period.months]
            if len(dates) == 2 and len(months) == 1 and dates[0] < dates[1]:  # noqa: PLR2004 # a start and an end
                right = last_day(dates[0], months[0])
                if abs((right - dates[1]).days) > 1:
                    said = _dated(dates[0], months[0], right, dates[1], language)
                    yield _finding("term", "high", language, section=section.title, quote=sentence, said=said)
                found = True
    term = None if found else term_of(sections)
    right_day = right_end(term, sections) if term else None
    if term and term.start and term.end and term.months and right_day:
        said = _dated(term.start, term.months, right_day, term.end, language)
        yield _finding("term", "high", language, section=term.section, quote=term.quote, said=said)


def _dated(start: date, months: int, right: date, said: date, language: Language) -> dict[str, str]:
    days = {"start": start, "right": right, "said": said}
    return {name: day_written(day, language) for name, day in days.items()} | {"months": str(months)}


def currency_findings(sections: Sequence[Section], language: Language) -> Iterator[Finding]:
    """Yield a finding when amounts are in several currencies."""
    seen = sorted({amount.currency for section in sections for amount in money_in(section.text)})
    if len(seen) > 1:
        yield _finding("currencies", "medium", language, section="", quote="", said={"said": ", ".join(seen)})


def total_of(sections: Sequence[Section]) -> tuple[Decimal, Currency] | None:
    """Return the last total in a table of prices, or of prices in running text."""
    found = None
    for section in sections:
        lines = [line for line in section.text.split("\n") if line.strip()]
        for table in [*prose_tables(section.text), *rows_in(lines)]:
            for row in table:
                if row.kind == "total":
                    found = (row.amount, money_in(row.text)[-1].currency)
    return found


def _table(table: list[Row], title: str, currency: Currency, language: Language) -> Iterator[Finding]:
    """Yield what is wrong in one table, looking at its rows from the top."""
    items, base, tax = Decimal(0), None, Decimal(0)
    several = 0
    for row in table:
        expected = None
        if row.kind == "item":
            yield from _line(row, title, currency, language)
            items, several = items + row.amount, several + 1
            continue
        if row.kind == "subtotal":
            expected, base, kind = (items if several > 1 else None), row.amount, "sum"
        elif row.kind == "tax":
            base = items if base is None else base
            expected, tax, kind = (base * row.rate / 100 if row.rate else None), tax + row.amount, "tax"
        else:
            net = items if base is None else base
            expected, kind = (net + tax if net else None), "total" if tax else "sum"
        if expected is not None and abs(expected - row.amount) > max(CENT, CENT * several):
            said = _said(expected, row.amount, currency, language) | {"rate": f"{row.rate or 0:f}"}
            yield _finding(kind, "high", language, section=title, quote=row.text, said=said)


def _line(row: Row, title: str, currency: Currency, language: Language) -> Iterator[Finding]:
    if row.quantity is None or row.unit is None or row.quantity == 0:
        return
    right = row.quantity * row.unit
    if abs(right - row.amount) > CENT:
        said = _said(right, row.amount, currency, language)
        said |= {"quantity": f"{row.quantity.normalize():f}", "unit": written(row.unit, currency, language)}
        yield _finding("line", "high", language, section=title, quote=row.text, said=said)


def _said(right: Decimal, said: Decimal, currency: Currency, language: Language) -> dict[str, str]:
    return {
        "right": written(right, currency, language),
        "said": written(said, currency, language),
        "gap": written(abs(said - right), currency, language),
    }


def _finding(
    kind: str, severity: str, language: Language, *, section: str, quote: str, said: dict[str, str]
) -> Finding:
    say = texts_of("arithmetic", language)
    return Finding.model_validate(
        {
            "id": f"financial.arithmetic.{kind}",
            "topic": "arithmetic",
            "severity": severity,
            "title": say[f"{kind}_title"],
            "explanation": say[f"{kind}_says"].format(**said),
            "suggestion": say[f"{kind}_asks"],
            "quote": quote,
            "section": section,
        }
    )
