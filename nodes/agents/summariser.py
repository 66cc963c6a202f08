"""The summariser: the sentences that say most, or, with a model, a summary in its own words."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.asking import SHOWN, asked
from nodes.agents.given import ReadText
from nodes.agents.ports import Action, Agent, StepContext
from nodes.agents.ranking import Sentence, best_sentences
from nodes.agents.wording import language_of, sentences_of
from nodes.routers.encoder import Encoder


class Summarise(BaseModel):
    """A text, and how many sentences to say it in."""

    model_config = ConfigDict(extra="forbid")

    document: ReadText
    sentences: int = Field(default=6, ge=1, le=30)
    language: Literal["es", "en"] | None = None


class Summary(BaseModel):
    """A text in short; `points` are its sentences, `extractive` ones the text's own."""

    language: Literal["es", "en"]
    method: Literal["extractive", "model"]
    text: str
    points: list[str]
    of_sentences: int


class _Written(BaseModel):
    """The text in short."""

    points: list[str] = Field(min_length=1, max_length=30)


ACTIONS: Final = {"summarise": Action(Summarise, "Say a text in a few sentences.")}


def summariser_with(load: Callable[[], Encoder | None]) -> Agent:
    """Return the summariser; `load` is called once, when it is first needed, and takes its time.

    Without an encoder sentences are compared by their words alone.
    """
    encoder = cache(load)

    def best(sentences: Sequence[Sentence], count: int) -> list[str]:
        return best_sentences(sentences, count, encoder())

    async def summariser(action: str, given: Summarise, context: StepContext) -> Summary:  # noqa: ARG001 # the port's
        language = given.language or language_of(given.document.text, context.locale)
        values = {
            "sentences": str(given.sentences),
            "language": {"es": "Spanish", "en": "English"}[language],
            "document": given.document.text[:SHOWN],
        }
        said = await asked(context, "summary", values, _Written, tokens=2000)
        sentences = sentences_in(given.document)
        if said is not None:
            points, method = said.points[: given.sentences], "model"
        else:
            points = await asyncio.to_thread(best, sentences, given.sentences)
            method = "extractive"
        context.log("info", "Summarised.", method=method, sentences=len(points), of=len(sentences))
        return Summary.model_validate(
            {
                "language": language,
                "method": method,
                "text": " ".join(points),
                "points": points,
                "of_sentences": len(sentences),
            }
        )

    return summariser


def sentences_in(document: ReadText) -> Sequence[Sentence]:
    """Return a document's sentences with the section each is in; headings, cells and fragments are left out."""
    found = []
    for number, section in enumerate(document.parts):
        for place, text in enumerate(sentences_of(section.text)):
            line = " ".join(text.split())
            if len(line.split()) >= 5 and "|" not in line and any(one.islower() for one in line):  # noqa: PLR2004
                found.append(Sentence(line, number, place))
    return found
