"""The report of a review."""

from collections.abc import Sequence
from typing import Final, Literal

from nodes.agents.rendering import plain, table
from nodes.agents.reviewing.findings import Finding, Review, Severity
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language

Verdict = Literal["stop", "change", "fine"]

_STOP: Final = 3
"""High risks from which a document should not be signed as it is."""
_GRAVE: Final[tuple[Severity, ...]] = ("high", "medium")


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Return what the findings come to."""
    high = sum(one.severity == "high" for one in findings)
    if high >= _STOP:
        return "stop"
    return "change" if high or any(one.severity == "medium" for one in findings) else "fine"


def review_report(
    name: str, reviews: Sequence[Review], verdict: Verdict, written: str, language: Language
) -> tuple[str, str, str]:
    """Return the report's title, its summary and the whole in Markdown; `written` is a model's summary, if any."""
    say = texts_of("review_report", language)
    findings = [finding for review in reviews for finding in review.findings]
    title = say["title"].format(name=name)
    counted = {level: sum(one.severity == level for one in findings) for level in ("high", "medium", "low")}
    summary = f"{say[verdict]}. {say['counted'].format(**counted)}"
    gravest = [one.title for one in findings if one.severity == "high"][:3]
    if gravest:
        summary += " " + say["first"].format(titles="; ".join(gravest))
    facts = {key: value for review in reviews for key, value in review.facts.items()}
    parts = [
        f"# {plain(title)}",
        f"**{say[verdict]}.** {plain(written or summary.removeprefix(say[verdict] + '. '))}",
        "" if any(review.covered for review in reviews) else f"*{say['no_contract']}*",
        _facts(say["facts"], facts),
        _risks([one for one in findings if one.quote], findings, say),
        _gaps([one for one in findings if not one.quote], say),
        _asks(findings, say),
        _who(reviews, say),
        f"*{say['model' if any(review.method != 'rules' for review in reviews) else 'rules']}*",
    ]
    return title, written or summary, "\n\n".join(part for part in parts if part) + "\n"


def _facts(title: str, facts: dict[str, str]) -> str:
    if not facts:
        return ""
    return f"## {title}\n\n" + "\n".join(f"- **{plain(name)}:** {plain(value)}" for name, value in facts.items())


def _risks(risks: Sequence[Finding], findings: Sequence[Finding], say: dict[str, str]) -> str:
    if not risks:
        return f"## {say['risks']}\n\n{say['none']}"
    titles = {one.id: one.title for one in findings}
    return f"## {say['risks']}\n\n" + "\n\n".join(_risk(one, titles, say) for one in _gravest_first(risks))


def _gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: ("high", "medium", "low", "info").index(one.severity))


def _risk(one: Finding, titles: dict[str, str], say: dict[str, str]) -> str:
    lines = [f"### {say[one.severity]}: {plain(one.title)}", plain(one.explanation), f"> {plain(one.quote)}"]
    notes = [f"**{say['where']}:** {plain(one.section)}"] if one.section else []
    if one.suggestion:
        notes.append(f"**{say['ask']}:** {plain(one.suggestion)}")
    if after := [titles[name] for name in one.builds_on if name in titles]:
        notes.append(f"**{say['after']}:** {plain('; '.join(after))}")
    return "\n\n".join([*lines, *notes])


def _gaps(gaps: Sequence[Finding], say: dict[str, str]) -> str:
    if not gaps:
        return ""
    rows = (
        [say[one.severity], plain(one.title), plain(f"{one.explanation} {one.suggestion}")]
        for one in _gravest_first(gaps)
    )
    return f"## {say['gaps']}\n\n" + table((say["level"], say["what"], say["means"]), rows)


def _asks(findings: Sequence[Finding], say: dict[str, str]) -> str:
    wanted = dict.fromkeys(
        one.suggestion for one in _gravest_first(findings) if one.severity in _GRAVE and one.suggestion
    )
    if not wanted:
        return ""
    return f"## {say['asks']}\n\n" + "\n".join(f"{number}. {plain(one)}" for number, one in enumerate(wanted, 1))


def _who(reviews: Sequence[Review], say: dict[str, str]) -> str:
    lines = (_looked(one, say) for one in reviews)
    return f"## {say['who']}\n\n" + "\n".join(lines)


def _looked(one: Review, say: dict[str, str]) -> str:
    named = say[one.speciality]
    covers = f" {say['covers']}: {plain(', '.join(one.covered))}." if one.covered else f" {say['covers_nothing']}"
    return f"- **{named}:** {plain(one.summary.removeprefix(f'{named}: '))}{covers}"
