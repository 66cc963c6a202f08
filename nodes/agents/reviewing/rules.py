"""Rules by which a document is read without a model: topics with the words that show them, and risks within."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from nodes.agents.reviewing.findings import Finding, Severity, Speciality
from nodes.agents.wording import Language, folded, sentences_of
from state.document import Section

_FOLDER: Final = Path(__file__).parent
_LONGEST: Final = 1500
"""Characters of a sentence that patterns look at."""


def _compiled(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiled)]
Patterns = dict[Language, list[Pattern]]
Words = dict[Language, str]


class Risk(BaseModel):
    """Words that are a risk where they stand under this topic.

    Attributes:
        unless: words anywhere in the same section that take the risk away.
        over, under: the number in the pattern's first group has to be so; else there is no risk.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    severity: Severity
    words: Patterns
    unless: Patterns = Field(default_factory=dict)
    over: float | None = None
    under: float | None = None
    title: Words
    says: Words
    suggests: Words


class Gap(BaseModel):
    """What it means that the document doesn't speak of a topic; `after` are earlier findings that make it worse."""

    model_config = ConfigDict(extra="forbid")

    severity: Severity
    after: list[str] = Field(default_factory=list)
    says: Words
    suggests: Words


class Topic(BaseModel):
    """Something a document of this kind speaks of."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: Words
    words: Patterns
    missing: Gap | None = None
    risks: list[Risk] = Field(default_factory=list)


@cache
def topics_of(speciality: Speciality) -> tuple[Topic, ...]:
    """Return what a specialist looks for."""
    given = yaml.safe_load((_FOLDER / f"{speciality}.yaml").read_text(encoding="utf-8"))
    return tuple(Topic.model_validate(one) for one in given)


class Reading:
    """A document cut into sentences, as the rules look at it."""

    def __init__(self, sections: list[Section], language: Language) -> None:
        self.language: Language = language
        self.sentences = [
            (section.title, sentence, folded(sentence)[:_LONGEST], number)
            for number, section in enumerate(sections)
            for sentence in [*filter(None, [section.title]), *sentences_of(section.text)]
        ]
        self._whole = [folded(f"{section.title}\n{section.text}") for section in sections]

    def first(self, patterns: Patterns) -> str | None:
        """Return the first sentence with one of the patterns."""
        return next((sentence for _, sentence, plain, _ in self.sentences if self._match(patterns, plain)), None)

    def risks(self, speciality: Speciality, topic: Topic) -> list[Finding]:
        """Return the topic's risks, each once, where it stands first."""
        found = []
        for risk in topic.risks:
            for section, sentence, plain, number in self.sentences:
                if self._is_risk(risk, plain) and not self._match(risk.unless, self._whole[number]):
                    found.append(
                        Finding(
                            id=f"{speciality}.{topic.id}.{risk.id}",
                            topic=topic.id,
                            severity=risk.severity,
                            title=risk.title[self.language],
                            explanation=risk.says[self.language],
                            suggestion=risk.suggests[self.language],
                            quote=sentence,
                            section=section,
                        )
                    )
                    break
        return found

    def _is_risk(self, risk: Risk, plain: str) -> bool:
        for pattern in risk.words.get(self.language, []):
            if (found := re.search(pattern, plain)) and _within(risk, found):
                return True
        return False

    def _match(self, patterns: Patterns, plain: str) -> bool:
        return any(re.search(pattern, plain) for pattern in patterns.get(self.language, []))


def _within(risk: Risk, found: re.Match[str]) -> bool:
    if risk.over is None and risk.under is None:
        return True
    number = float(found[1].replace(",", "."))
    return (risk.over is None or number > risk.over) and (risk.under is None or number < risk.under)


def gap(speciality: Speciality, topic: Topic, language: Language, known: Collection[str] = ()) -> Finding | None:
    """Return the finding that a document doesn't speak of a topic, where that matters; `known` are earlier ids."""
    if topic.missing is None:
        return None
    title = {"es": f"No se regula: {topic.title['es'].lower()}", "en": f"Not covered: {topic.title['en'].lower()}"}
    return Finding(
        id=f"{speciality}.{topic.id}.missing",
        topic=topic.id,
        severity=topic.missing.severity,
        title=title[language],
        explanation=topic.missing.says[language],
        suggestion=topic.missing.suggests[language],
        builds_on=[one for one in topic.missing.after if one in known],
    )
