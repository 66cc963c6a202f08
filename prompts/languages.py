"""Whether a tenant speaks all the languages it says it speaks, and no others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prompts.files import Draft, Entry
from prompts.findings import Finding
from prompts.located import Document, Where


def check_languages(draft: Draft) -> Iterator[Finding]:
    """Yield what is missing or superfluous in one of the shop's languages."""
    if draft.profile is None:
        return
    yield from _profile(draft.profile, draft)
    yield from _pages(draft)
    for locale, (document, _) in draft.texts.items():
        if locale not in draft.locales:
            yield _unspoken(document, (), locale)
    for document, where, texts, wanted in _places(draft):
        for locale in texts:
            if locale not in draft.locales:
                yield _unspoken(document, (*where, locale), locale)
        if wanted and not texts:
            yield document.finding(
                where, f"`{where[-1]}` says nothing in any language.", f"Write `{draft.locales[0]}:`."
            )
        for locale in draft.locales:
            if wanted and texts and locale not in texts:
                message = f"`{where[-1]}` isn't written in {locale!r}."
                yield document.finding(where, message, f"Add a line `{locale}:` below it.", warning=True)


def _profile(entry: Entry[Any], draft: Draft) -> Iterator[Finding]:
    with_pages = {page.value.locale for page in draft.pages}
    for position, locale in enumerate(draft.locales):
        if draft.locales.index(locale) != position:
            yield entry.finding(f"{locale!r} is there twice.", "Remove one of the two.", "locales", position)
        if locale not in draft.text_files:
            fix = f"Write texts.{locale}.yaml, or take {locale} out of `locales:`."
            yield entry.finding(f"There are no texts in {locale!r}.", fix, "locales", position)
        if locale not in with_pages:
            fix = f"Write pages such as knowledge/shipping.{locale}.md, or take {locale} out of `locales:`."
            yield entry.finding(f"There are no pages in {locale!r}.", fix, "locales", position)


def _pages(draft: Draft) -> Iterator[Finding]:
    written = {(page.value.slug, page.value.locale) for page in draft.pages}
    spoken = [locale for locale in draft.locales if any(code == locale for _, code in written)]
    default = draft.locales[0]
    for page in draft.pages:
        slug, locale = page.value.slug, page.value.locale
        others = [default] if locale != default else spoken
        if locale not in draft.locales:
            yield _unspoken(page.document, (), locale)
            continue
        for other in others:
            if (slug, other) not in written:
                fix = f"Write knowledge/{slug}.{other}.md."
                yield page.finding(f"The page {slug!r} isn't there in {other!r}.", fix, warning=True)
        if not page.value.body:
            yield page.finding(
                f"The page {slug!r} has no text below its head.", "Write what it explains.", warning=True
            )


def _places(draft: Draft) -> Iterator[tuple[Document, Where, Mapping[str, Any], bool]]:
    """Yield every place that is written by language, and whether each of the shop's languages is wanted there."""
    yield from _fields([entry for entry in [draft.profile] if entry], "tone")
    yield from _fields(draft.lanes, "title", "description")
    yield from _fields(draft.intents, "description")
    yield from _fields(draft.categories, "title")
    yield from _fields(draft.products, "name", "summary")
    yield from _fields(draft.intents, "words", wanted=False)
    yield from _fields(draft.intents, "examples", wanted=False)
    yield from _fields([entry for entry in [draft.outside] if entry], "outside", wanted=False)
    if draft.hours:
        for position, special in enumerate(draft.hours.value.special):
            yield draft.hours.document, ("special", position, "reason"), special.reason, True


def _fields(
    entries: Sequence[Entry[Any]], *names: str, wanted: bool = True
) -> Iterator[tuple[Document, Where, Mapping[str, Any], bool]]:
    for entry in entries:
        for name in names:
            yield entry.document, (*entry.where, name), getattr(entry.value, name), wanted


def _unspoken(document: Document, where: Where, locale: str) -> Finding:
    fix = f"Add {locale} to `locales:` in tenant.yaml, or remove this."
    return document.finding(where, f"{locale!r} is not one of the shop's languages.", fix, warning=True)
