"""The analyst: looks at a text under one aspect."""

import asyncio
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.analysing import duties, figures, readability, terms
from nodes.agents.asking import SHOWN, asked
from nodes.agents.given import ReadText
from nodes.agents.ports import Action, StepContext
from nodes.agents.wording import language_of

Aspect = Literal["figures", "duties", "terms", "readability"]


class Analyse(BaseModel):
    """A text, and under which aspect to look at it."""

    model_config = ConfigDict(extra="forbid")

    document: ReadText
    aspect: Aspect
    language: Literal["es", "en"] | None = None


class Item(BaseModel):
    """One thing that was found; `name` is empty where it needs none."""

    name: str = Field(default="", max_length=200)
    value: str = Field(max_length=800)


class Analysis(BaseModel):
    """What a text shows under one aspect."""

    aspect: Aspect
    language: Literal["es", "en"]
    method: Literal["rules", "rules and model"] = "rules"
    summary: str
    items: list[Item]


class _Seen(BaseModel):
    """What you see in the text under this aspect."""

    summary: str = Field(max_length=600)
    items: list[Item] = Field(default_factory=list, max_length=12)


ACTIONS: Final = {
    "analyse": Action(Analyse, "Look at a text: figures and dates, duties, what it is about, how it reads."),
}
_LOOKS: Final = {"figures": figures, "duties": duties, "terms": terms, "readability": readability}
_MEANING: Final[dict[Aspect, str]] = {
    "figures": "amounts, dates, periods and percentages that matter, and what each is for",
    "duties": "who has to do what, by when",
    "terms": "what the text is about, its main subjects",
    "readability": "how well it reads for whoever it is meant for, and what could be said more plainly",
}


async def analyst(action: str, given: Analyse, context: StepContext) -> Analysis:  # noqa: ARG001 # the port's
    """Look at a text by rules, and with a model where there is one."""
    language = given.language or language_of(given.document.text, context.locale)
    summary, items = await asyncio.to_thread(_LOOKS[given.aspect], given.document.text, language)
    found = Analysis(
        aspect=given.aspect, language=language, summary=summary,
        items=[Item(name=name[:200], value=value[:800]) for name, value in items],
    )  # fmt: skip
    values = {
        "aspect": _MEANING[given.aspect],
        "language": {"es": "Spanish", "en": "English"}[language],
        "known": "\n".join(f"{one.name}: {one.value}" for one in found.items) or "-",
        "document": given.document.text[:SHOWN],
    }
    said = await asked(context, "analysis", values, _Seen, tokens=2000)
    if said is not None:
        found.method, found.summary = "rules and model", said.summary
        found.items = [*said.items, *(one for one in found.items if one.value not in {new.value for new in said.items})]
    context.log("info", "Analysed.", aspect=given.aspect, items=len(found.items), method=found.method)
    return found
