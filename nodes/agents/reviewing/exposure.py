"""What earlier findings may cost: the accountant goes on from the lawyer's."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from nodes.agents.reviewing.findings import Finding
from nodes.agents.reviewing.money import money_in, number, written
from nodes.agents.reviewing.sums import total_of
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language
from state.document import Section

_DAYS: Final = 30


def exposures(sections: Sequence[Section], before: Sequence[Finding], language: Language) -> Iterator[Finding]:
    """Yield what the penalties and caps found earlier mean in money, where the document has a total."""
    total = total_of(sections)
    if total is None or total[0] <= 0:
        return
    amount, currency = total
    for one in before:
        rate = re.search(r"(\d+(?:[.,]\d+)?) ?%", one.quote)
        if one.topic == "penalties" and rate:
            day = amount * number(rate[1]) / 100
            said = {
                "rate": rate[1],
                "day": written(day, currency, language),
                "month": written(day * _DAYS, currency, language),
            }
            yield _finding(
                "penalty", one, language, said | {"total": written(amount, currency, language), "days": str(_DAYS)}
            )
        if one.id == "legal.liability.low_cap" and (caps := money_in(one.quote)):
            share = (caps[0].amount * 100 / amount).quantize(Decimal(1))
            said = {
                "cap": written(caps[0].amount, currency, language),
                "share": str(share),
                "total": written(amount, currency, language),
            }
            yield _finding("cap", one, language, said)


def _finding(kind: str, source: Finding, language: Language, said: dict[str, str]) -> Finding:
    say = texts_of("exposure", language)
    return Finding(
        id=f"financial.exposure.{kind}",
        topic="exposure",
        severity="high",
        title=say[f"{kind}_title"],
        explanation=say[f"{kind}_says"].format(**said),
        suggestion=say[f"{kind}_asks"],
        quote=source.quote,
        section=source.section,
        builds_on=[source.id],
    )
