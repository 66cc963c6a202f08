"""Answers that are written in the shop's files: the pages and the texts."""

from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.phrasing import Phrasing
from nodes.pages import Pages
from prompts.tenant import Answer
from state.conversation import Reply, Source

_SUPPORTED_BY: Final = 2
"""Words a message has to share with a page before the page answers it."""


def written_answer(answer: Answer, phrasing: Phrasing) -> Reply | None:
    """Return the page or text an intent names, or None when it names an action."""
    if answer.page is not None:
        page = phrasing.tenant.page(answer.page, phrasing.locale)
        return Reply(page.answer, [Source("page", page.slug, page.title)]) if page else None
    if answer.text is not None:
        choices = phrasing.main_choices() if answer.text in {"greeting", "help"} else []
        return Reply(phrasing.say(answer.text), choices=choices)
    return None


def search(phrasing: Phrasing, text: str, pages: Pages | None = None) -> Reply:
    """Answer from the page that `text` is about, else say that we don't know.

    `pages` finds it by full text and meaning; without it the page that shares the rarest words is taken.
    """
    slug = pages.find(text) if pages else _by_words(phrasing, text)
    page = phrasing.tenant.page(slug, phrasing.locale) if slug else None
    if page is None:
        return Reply(phrasing.unknown(), choices=phrasing.offer_person())
    return Reply(page.answer, [Source("page", page.slug, page.title)])


def _by_words(phrasing: Phrasing, text: str) -> str | None:
    pages = [match for match in Knowledge.of(phrasing.tenant).pages.find(text) if len(match.shared) >= _SUPPORTED_BY]
    return pages[0].item.slug if pages else None
