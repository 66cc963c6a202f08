"""The reviewer: a lawyer's, an engineer's or an accountant's look at a document, each going on from the ones before."""

import asyncio
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from nodes.agents.asking import SHOWN, asked
from nodes.agents.given import ReadText
from nodes.agents.ports import Action, StepContext
from nodes.agents.reviewing.exposure import exposures
from nodes.agents.reviewing.facts import facts_of
from nodes.agents.reviewing.findings import Finding, Review, Severity, Speciality, ranked
from nodes.agents.reviewing.rules import Reading, gap, topics_of
from nodes.agents.reviewing.sums import currency_findings, sum_findings, term_findings
from nodes.agents.texts import texts_of
from nodes.agents.wording import folded, language_of

_SAME: Final = 90
"""Likeness (per cent) from which two quotes are the same, or a quote is the document's."""


class ReviewInput(BaseModel):
    """A document to review; `earlier` are the reviews it goes on from, `focus` what whoever asks cares about."""

    model_config = ConfigDict(extra="forbid")

    document: ReadText
    speciality: Speciality
    earlier: list[Review | None] = Field(default_factory=list)
    focus: str = Field(default="", max_length=1000)
    language: Literal["es", "en"] | None = None


class _Noticed(BaseModel):
    severity: Severity
    topic: str = Field(max_length=60)
    title: str = Field(max_length=120)
    explanation: str = Field(max_length=600)
    suggestion: str = Field(max_length=400)
    quote: str = Field(default="", max_length=600, description="The document's own words, copied exactly.")
    builds_on: list[str] = Field(default_factory=list, description="Ids of earlier findings that this goes on from.")


class _ModelReview(BaseModel):
    """What you find in the document."""

    summary: str = Field(max_length=800)
    findings: list[_Noticed] = Field(max_length=20)


ACTIONS: Final = {
    "review": Action(ReviewInput, "Find what a specialist would say of a contract or an offer, in Spanish or English."),
}


async def reviewer(action: str, given: ReviewInput, context: StepContext) -> Review:  # noqa: ARG001 # the port's
    """Review a document by rules, and with a model where there is one."""
    language = given.language or language_of(given.document.text, context.locale)
    before = [finding for review in given.earlier if review for finding in review.findings]
    context.progress(0.1, f"{given.speciality} review")
    found = await asyncio.to_thread(by_rules, given, before, language)
    context.progress(0.4, f"{given.speciality} review")
    said = await _ask(given, found, before, context, language)
    if said is not None:
        found.method = "rules and model"
        found.summary = said.summary
        found.findings = ranked([*found.findings, *_usable(said, given, found, before, context)])
    context.log("info", "Reviewed.", speciality=given.speciality, findings=len(found.findings), method=found.method)
    return found


def by_rules(given: ReviewInput, before: list[Finding], language: Literal["es", "en"]) -> Review:
    """Return what the rules find, without what an earlier reviewer has said of the same words."""
    sections = given.document.parts
    reading = Reading(sections, language)
    findings: list[Finding] = []
    covered, missing = [], []
    for topic in topics_of(given.speciality):
        if reading.first(topic.words) is None:
            missing.append(topic.title[language])
            findings += filter(None, [gap(given.speciality, topic, language, {one.id for one in before})])
        else:
            covered.append(topic.title[language])
            findings += reading.risks(given.speciality, topic)
    if given.speciality == "financial":
        findings += [*sum_findings(sections, language), *currency_findings(sections, language)]
        findings += exposures(sections, before, language)
    if given.speciality == "legal":
        findings += [one.model_copy(update={"id": "legal.term.dates"}) for one in term_findings(sections, language)]
    findings = ranked([one for one in findings if not _was_said(one, before)])
    facts = facts_of(given.speciality, sections, language)
    found = Review(
        speciality=given.speciality, language=language, findings=findings, covered=covered, missing=missing, facts=facts
    )
    found.summary = _counted(found)
    return found


def _counted(review: Review) -> str:
    counts = {level: sum(one.severity == level for one in review.findings) for level in ("high", "medium")}
    say = texts_of("review", review.language)
    return say["counted"].format(speciality=say[review.speciality], missing=len(review.missing), **counts)


async def _ask(
    given: ReviewInput, found: Review, before: list[Finding], context: StepContext, language: str
) -> _ModelReview | None:
    known = [*before, *found.findings]
    values: dict[str, Any] = {
        "speciality": given.speciality,
        "language": {"es": "Spanish", "en": "English"}[language],
        "focus": given.focus or "-",
        "known": "\n".join(f"{one.id} ({one.severity}): {one.title}. {one.explanation}" for one in known) or "-",
        "document": given.document.text[:SHOWN],
    }
    return await asked(context, "review", values, _ModelReview)


def _usable(
    said: _ModelReview, given: ReviewInput, found: Review, before: list[Finding], context: StepContext
) -> list[Finding]:
    """Return the model's findings whose quotes are the document's and that nobody has made before."""
    whole, known = folded(given.document.text), {one.id for one in [*before, *found.findings]}
    usable: list[Finding] = []
    for number, one in enumerate(said.findings, 1):
        if one.quote and fuzz.partial_ratio(folded(one.quote), whole) < _SAME:
            context.log("warning", "A finding was dropped: its quote is not in the document.", title=one.title)
            continue
        finding = Finding(
            **one.model_dump(exclude={"builds_on"}),
            id=f"{given.speciality}.model.{number}",
            builds_on=[name for name in one.builds_on if name in known],
            section=_section_of(one.quote, given),
            by="model",
        )
        if not _was_said(finding, [*found.findings, *before, *usable]):
            usable.append(finding)
    return usable


def _was_said(finding: Finding, before: list[Finding]) -> bool:
    """Tell whether an earlier finding says the same of the same words."""
    return any(
        finding.quote
        and fuzz.ratio(finding.quote, one.quote) >= _SAME
        and fuzz.token_set_ratio(finding.title, one.title) >= _SAME
        for one in before
    )


def _section_of(quote: str, given: ReviewInput) -> str:
    return next((part.title for part in given.document.parts if quote and quote[:60] in part.text), "")
