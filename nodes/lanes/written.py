"""Answers that are written in the shop's files: the pages and the texts."""

import re
from dataclasses import replace
from typing import Final

from nodes.lanes.knowledge import Knowledge
from nodes.lanes.matching import alike, fold, words
from nodes.lanes.phrasing import Phrasing
from nodes.pages import Pages, Passage, passages
from prompts.tenant import Answer, Page
from state.conversation import Choice, Reply, Source

_SUPPORTED_BY: Final = 2
"""Words a message has to share with a page before the page answers it."""

_LIKELY: Final = 3
_COMING: Final = frozenset(
    "come bring enter take get entrar entro venir ir llevar traer pasar puede pueden podemos".split()
)
"""What is done with a thing that is asked about, which finds nothing by itself."""
_QUESTIONS: Final = re.compile(r"[?¿]+|(?<=[.!])\s+")
_YES_OR_NO: Final = re.compile(
    r"^\W*(?:(?:hola|buenas|oye|hi|hello|hey|y|and)\b\W*)*"
    r"(?:se puede|puedo|puede|pueden|podemos|podria|acept\w+|admit\w+|"
    r"dejan|dejais|permit\w+|es|son|esta|can|could|may|do|does|is|are)\b"
)


def written_answer(answer: Answer, phrasing: Phrasing) -> Reply | None:
    """Return the page or text an intent names, or None when it names an action."""
    if answer.page is not None:
        page = phrasing.tenant.page(answer.page, phrasing.locale)
        return Reply(page.answer, [Source("page", page.slug, page.title)], _errand(answer, phrasing)) if page else None
    if answer.text is not None:
        choices = phrasing.main_choices() if answer.text in {"greeting", "help"} else []
        return Reply(phrasing.say(answer.text), choices=choices)
    return None


def _errand(answer: Answer, phrasing: Phrasing) -> list[Choice]:
    """Return the ways to leave with the team what only they can do."""
    return (
        phrasing.offers(("open_ticket", "choice_ticket"), ("talk_to_person", "offer_person")) if answer.errand else []
    )


def search(phrasing: Phrasing, text: str, pages: Pages | None = None) -> Reply:
    """Answer from the page that `text` is about, else say that we don't know.

    `pages` finds the passage by full text and meaning; without it the page that shares the rarest words answers,
    shortly.
    """
    if pages is not None:
        found = pages.find(text, phrasing.locale)
        return _answered(found, phrasing) if found else _unknown(phrasing)
    page = _by_words(phrasing, text)
    return Reply(page.answer, [Source("page", page.slug, page.title)]) if page else _unknown(phrasing)


def with_section(written: Reply, text: str, phrasing: Phrasing, pages: Pages | None) -> Reply:
    """Return a page's short answer with the section below it that one of the questions is clearly about.

    A question of yes or no that a section answers has that section alone.
    """
    page = next((source.ref for source in written.sources if source.kind == "page"), None)
    if pages is None or page is None:
        return written
    asked = [one for one in _QUESTIONS.split(text) if len(one.split()) > 1] or [text]
    near = [one for one in asked if page in {likely.slug for likely in pages.likely(one, phrasing.locale, _LIKELY)}]
    whole = phrasing.tenant.page(page, phrasing.locale)
    sections = [section for section in passages(whole) if section.heading] if whole else []
    adding = (section for one in near for section in sections if _adds(section, one, written.text))
    section = next(adding, None)
    if section is None:
        return written
    if len(asked) == 1 and _YES_OR_NO.match(fold(text)):
        return replace(passage_reply(section), choices=written.choices)
    return replace(written, text=f"{written.text}\n\n{section.text}")


def _adds(section: Passage, question: str, said: str) -> bool:
    """Tell whether a section speaks of something that is asked and that was not said."""
    there, known = words(f"{section.heading} {section.text}"), words(said)
    return any(_has(there, word) and not _has(known, word) for word in words(question) if word not in _COMING)


def _has(some: list[str], word: str) -> bool:
    return any(alike(word, one) for one in some)


def passage_reply(passage: Passage) -> Reply:
    """Return a passage as an answer with its source."""
    return Reply(passage.text, [Source("page", passage.slug, passage.name)])


def _answered(found: Passage, phrasing: Phrasing) -> Reply:
    """Return the page's short answer, and below it the section that the question is about."""
    page = phrasing.tenant.page(found.slug, found.locale)
    reply = passage_reply(found)
    return replace(reply, text=f"{page.answer}\n\n{found.text}") if page and found.heading else reply


def _unknown(phrasing: Phrasing) -> Reply:
    return Reply(phrasing.unknown(), choices=phrasing.offer_person())


def _by_words(phrasing: Phrasing, text: str) -> Page | None:
    pages = [match for match in Knowledge.of(phrasing.tenant).pages.find(text) if len(match.shared) >= _SUPPORTED_BY]
    return phrasing.tenant.page(pages[0].item.slug, phrasing.locale) if pages else None
