"""The designer: which pages a site has, what stands on each, and its colours."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from nodes.agents.ports import Action, StepContext
from nodes.agents.site.brief import Brief, slug_of
from nodes.agents.site.colours import Palette, palette_of
from nodes.agents.site.writer import Content, Words
from nodes.agents.texts import texts_of

PageKind = Literal["home", "offers", "visit", "notice", "lost"]
_FEW: Final = 6
"""Offers that the home page shows by itself; more get a page of their own."""


class DesignInput(BaseModel):
    """The brief and the words of a site."""

    model_config = ConfigDict(extra="forbid")

    brief: Brief
    content: Content


class PagePlan(BaseModel):
    """One page: its place in the site, its title, and its number among the languages."""

    path: str
    kind: PageKind
    title: str
    language: int
    in_menu: bool = True


class Design(BaseModel):
    """A site's pages and colours."""

    pages: list[PagePlan]
    palette: Palette


ACTIONS: Final = {"design": Action(DesignInput, "Choose a site's pages and colours.")}


async def designer(action: str, given: DesignInput, context: StepContext) -> Design:  # noqa: ARG001 # the port's
    """Choose pages by what there is to say, and colours that can be read."""
    pages = [
        page for number, words in enumerate(given.content.languages) for page in _pages(given.brief, words, number)
    ]
    context.log("info", "The pages are chosen.", pages=len(pages))
    return Design(pages=pages, palette=palette_of(given.brief.accent))


def _pages(brief: Brief, words: Words, number: int) -> list[PagePlan]:
    say = texts_of("site", words.language)
    folder = f"{words.language}/" if number else ""
    wanted: list[tuple[PageKind, str, bool]] = [("home", say["home"], True)]
    if len(words.offers) > _FEW:
        wanted.append(("offers", words.offers_title, True))
    if words.opening or brief.contact.address:
        wanted.append(("visit", say["visit"], True))
    if brief.owner or brief.tax_id:
        wanted.append(("notice", say["notice"], False))
    found = [
        PagePlan(
            path=f"{folder}index.html" if kind == "home" else f"{folder}{slug_of(title)}.html",
            kind=kind, title=title, language=number, in_menu=menu,
        )
        for kind, title, menu in wanted
    ]  # fmt: skip
    return (
        found
        if number
        else [*found, PagePlan(path="404.html", kind="lost", title=say["lost"], language=0, in_menu=False)]
    )
