"""The synthesiser: makes one readable answer of what several agents found."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.analyst import Analysis
from nodes.agents.asking import asked
from nodes.agents.given import ReadText
from nodes.agents.ports import Action, Artefact, StepContext
from nodes.agents.rendering import keep_report
from nodes.agents.reporting.documents import comparison_report, document_report
from nodes.agents.reporting.reviews import Verdict, review_report, verdict_of
from nodes.agents.reviewing.findings import Finding, Review, ranked
from nodes.agents.summariser import Summary
from nodes.agents.wording import Language, language_of

_TOP: Final = 5


class Reviews(BaseModel):
    """Reviews of one document by several specialists; one that failed is left out."""

    model_config = ConfigDict(extra="forbid")

    document: ReadText
    reviews: list[Review | None] = Field(min_length=1)
    language: Literal["es", "en"] | None = None


class Analyses(BaseModel):
    """Analyses of one document by several aspects, and a summary where there is one."""

    model_config = ConfigDict(extra="forbid")

    document: ReadText
    analyses: list[Analysis | None] = Field(min_length=1)
    summary: Summary | None = None
    language: Literal["es", "en"] | None = None


class Report(BaseModel):
    """One readable answer.

    Attributes:
        verdict: of reviews: `stop` (don't sign), `change` (sign once it is changed) or `fine`; None of analyses.
        top: the gravest findings.
        files: the report as Markdown and as a page.
    """

    title: str
    language: Literal["es", "en"]
    verdict: Verdict | None = None
    summary: str
    top: list[Finding] = Field(default_factory=list)
    counts: dict[str, int] = Field(default_factory=dict)
    markdown: str
    files: list[Artefact]


class _Words(BaseModel):
    """What whoever has to decide should know, in a few sentences."""

    summary: str = Field(max_length=1500)


ACTIONS: Final = {
    "report": Action(Reviews, "Make one report with a verdict of several reviews."),
    "compare": Action(Analyses, "Make one report of several analyses."),
    "respond": Action(Analyses, "Answer whoever sent a document, with its summary and what it holds."),
}


async def synthesiser(action: str, given: Reviews | Analyses, context: StepContext) -> Report:
    """Make one report, as Markdown and as a page."""
    language = given.language or language_of(given.document.text, context.locale)
    if isinstance(given, Reviews):
        return await _of_reviews(given, language, context)
    analyses = [one for one in given.analyses if one]
    text = given.summary.text if given.summary else ""
    write = document_report if action == "respond" else comparison_report
    title, markdown = write(given.document.called, analyses, given.summary, language)
    files = await keep_report(context, "report", title, markdown, language)
    return Report(title=title, language=language, summary=text or title, markdown=markdown, files=files)


async def _of_reviews(given: Reviews, language: Language, context: StepContext) -> Report:
    reviews = [one for one in given.reviews if one]
    findings = ranked([finding for review in reviews for finding in review.findings])
    verdict = verdict_of(findings)
    counts = {level: sum(one.severity == level for one in findings) for level in ("high", "medium", "low", "info")}
    written = await _summary(given, findings, language, context)
    title, summary, markdown = review_report(given.document.called, reviews, verdict, written, language)
    files = await keep_report(context, "review", title, markdown, language)
    context.log("info", "The report is written.", verdict=verdict, findings=len(findings))
    return Report(
        title=title, language=language, verdict=verdict, summary=summary, top=findings[:_TOP], counts=counts,
        markdown=markdown, files=files,
    )  # fmt: skip


async def _summary(given: Reviews, findings: list[Finding], language: Language, context: StepContext) -> str:
    values: dict[str, Any] = {
        "title": given.document.called,
        "language": {"es": "Spanish", "en": "English"}[language],
        "findings": "\n".join(f"{one.severity}: {one.title}. {one.explanation}" for one in findings[:40]),
    }
    said = await asked(context, "synthesis", values, _Words, tokens=1000)
    return said.summary if said else ""
