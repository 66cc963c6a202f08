"""The writer: a site's words, from the brief alone or with a model's help."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.asking import asked
from nodes.agents.ports import Action, StepContext
from nodes.agents.site.brief import Brief
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language


class WriteInput(BaseModel):
    """The brief to write for."""

    model_config = ConfigDict(extra="forbid")

    brief: Brief


class OfferWords(BaseModel):
    """An offer in one language."""

    name: str
    text: str = ""
    price: str = ""


class Words(BaseModel):
    """Everything that one language's pages say; `description` is for search engines, at most 160 characters."""

    language: Language
    name: str
    kind: str
    headline: str
    lead: str
    description: str
    about: list[str]
    offers_title: str
    offers: list[OfferWords]
    opening: list[tuple[str, str]]


class Content(BaseModel):
    """A site's words by language, the main one first."""

    languages: list[Words]
    method: str = "brief"


class _Written(BaseModel):
    """Words for a shop's web site that say only what the brief says."""

    headline: str = Field(max_length=90, description="What the shop offers, in at most ten words.")
    lead: str = Field(max_length=320, description="Two sentences under the headline.")
    description: str = Field(max_length=160, description="For search engines.")
    about: list[str] = Field(max_length=4, description="Paragraphs about the shop.")


ACTIONS: Final = {"write": Action(WriteInput, "Write a site's words from a brief.")}
_DESCRIPTION: Final = 160


async def writer(action: str, given: WriteInput, context: StepContext) -> Content:  # noqa: ARG001 # the port's
    """Write the words of every language that the brief has words in."""
    found = Content(languages=[])
    for language in given.brief.languages:
        if language != given.brief.languages[0] and not _speaks(given.brief, language):
            context.log(
                "warning", "The brief says nothing in this language; its pages are left out.", language=language
            )
            continue
        words = from_brief(given.brief, language)
        said = await _ask(given.brief, words, context)
        if said is not None:
            words = words.model_copy(update=said.model_dump(exclude={"about"}) | {"about": said.about or words.about})
            found.method = "model"
        found.languages.append(words)
        context.progress(len(found.languages) / len(given.brief.languages), "languages")
    return found


def from_brief(brief: Brief, language: Language) -> Words:
    """Return a site's words that are the brief's own."""
    say = texts_of("site", language)
    kind, tagline = brief.kind.of(language), brief.tagline.of(language)
    about = [part.strip() for part in brief.about.of(language).split("\n\n") if part.strip()]
    where = brief.contact.address
    lead = about[0] if about else (say["lead"].format(kind=kind, address=where) if kind and where else kind)
    lead = _sentences(lead, 2)
    about = about[1:] if len(about) > 1 and about[0].rstrip(".") == lead.rstrip(".") else about
    description = " ".join(f"{brief.name}. {tagline or kind}. {where}".replace("..", ".").split()).strip(" .")
    return Words(
        language=language,
        name=brief.name,
        kind=kind,
        headline=tagline or kind or brief.name,
        lead=lead,
        description=_cut(description, _DESCRIPTION),
        about=about,
        offers_title=say["offers"],
        offers=[
            OfferWords(
                name=one.name.of(language) or one.name.es or one.name.en, text=one.text.of(language), price=one.price
            )
            for one in brief.offers
        ],
        opening=[(one.days.of(language) or one.days.es or one.days.en, one.hours) for one in brief.opening],
    )


async def _ask(brief: Brief, words: Words, context: StepContext) -> _Written | None:
    values = {
        "language": {"es": "Spanish", "en": "English"}[words.language],
        "brief": brief.model_dump_json(exclude={"accent", "base_url", "tax_id"}, indent=1),
    }
    return await asked(context, "site", values, _Written, tokens=1500)


def _speaks(brief: Brief, language: Language) -> bool:
    return bool(brief.tagline.of(language) or brief.about.of(language))


def _sentences(text: str, count: int) -> str:
    parts = text.replace("\n", " ").split(". ")
    return ". ".join(parts[:count]).rstrip(".") + ("." if text else "")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",.;") + "…"
