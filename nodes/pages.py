"""Knowledge pages in passages, and what lanes need to find the one that answers."""

from dataclasses import dataclass
from typing import Final, Protocol

from prompts.tenant import Page

_HEADING: Final = "## "


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a page that answers by itself: its short answer, which has no heading, or one of its sections."""

    slug: str
    locale: str
    title: str
    heading: str
    text: str

    @property
    def name(self) -> str:
        """What it is called beside an answer: `Shipping: How it arrives`."""
        return f"{self.title}: {self.heading}" if self.heading else self.title


class Pages(Protocol):
    """Finds passages of the tenant's pages by what they are about."""

    def find(self, text: str, locale: str) -> Passage | None:
        """Return the passage that answers, in `locale` where the page is written in it; None where nothing does."""
        ...

    def likely(self, text: str, locale: str, most: int) -> list[Passage]:
        """Return up to `most` passages of different pages, the likeliest first, whether or not they answer."""
        ...


def passages(page: Page) -> list[Passage]:
    """Return the passages of `page`: its short answer, then its text by level-two headings."""
    found = [Passage(page.slug, page.locale, page.title, "", page.answer)]
    for section in f"\n{page.body.strip()}".split(f"\n{_HEADING}"):
        heading, _, text = section.partition("\n") if section[:1] != "\n" else ("", "", section)
        if text.strip():
            found.append(Passage(page.slug, page.locale, page.title, heading.strip(), text.strip()))
    return found
