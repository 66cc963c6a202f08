"""What a review finds, as JSON values carry it."""

from typing import Final, Literal

from pydantic import BaseModel, Field

Speciality = Literal["legal", "technical", "financial"]
Severity = Literal["high", "medium", "low", "info"]

ORDER: Final[tuple[Severity, ...]] = ("high", "medium", "low", "info")


class Finding(BaseModel):
    """One thing that whoever signs should know.

    Attributes:
        id: `SPECIALITY.TOPIC.RULE`, or `SPECIALITY.model.N` for what a model found.
        quote: the document's own words, empty when something is missing.
        section: the heading they stand under.
        builds_on: ids of earlier findings that this one goes on from.
        by: who found it.
    """

    id: str
    topic: str
    severity: Severity
    title: str
    explanation: str
    suggestion: str = ""
    quote: str = ""
    section: str = ""
    builds_on: list[str] = Field(default_factory=list)
    by: Literal["rules", "model"] = "rules"


class Review(BaseModel):
    """What one specialist says of a document.

    Attributes:
        method: `rules` alone, or rules and a model.
        covered: what the document speaks of; `missing`: what it should and doesn't.
        facts: what was read from it, such as the parties, the term and the total.
    """

    speciality: Speciality
    language: Literal["es", "en"]
    method: Literal["rules", "rules and model"] = "rules"
    summary: str = ""
    findings: list[Finding] = Field(default_factory=list)
    covered: list[str] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    facts: dict[str, str] = Field(default_factory=dict)


def ranked(findings: list[Finding]) -> list[Finding]:
    """Return findings, the gravest first."""
    return sorted(findings, key=lambda one: ORDER.index(one.severity))
