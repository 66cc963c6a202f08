"""What one file can't show by itself: names that must be unique, answers that must exist, texts that must agree."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from pydantic import BaseModel

from prompts.examples import check_more
from prompts.files import LANE_NAMES, Draft, Entry
from prompts.findings import Finding, did_you_mean
from prompts.folding import fold, numbered
from prompts.languages import check_languages
from prompts.located import Document
from prompts.shop_checks import check_shop
from prompts.tenant import OUTSIDE, WEEKDAYS, Hours, Intent, Interval
from prompts.texts import CHOICE_TITLE_LIMIT, CHOICE_TITLES, REQUIRED_TEXTS, SHOP_VALUES, allowed, variables
from prompts.workflow_checks import check_workflows

FEWEST_EXAMPLES: Final = 8
M = TypeVar("M", bound=BaseModel)


def check_draft(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong between the parts of a draft."""
    yield from _repeated(draft.lanes, "lane", lambda lane: lane.name)
    yield from _repeated(draft.intents, "intent", lambda intent: intent.name)
    yield from _repeated(draft.categories, "category", lambda category: category.name)
    yield from _repeated(draft.products, "product", lambda product: product.sku)
    yield from _repeated(draft.pages, "page title", lambda page: f"{page.title} ({page.locale})")
    yield from _lanes(draft)
    yield from _way_back(draft)
    yield from _answers(draft)
    yield from _examples(draft)
    yield from _phrases(draft.intents, "examples")
    yield from _phrases(draft.intents, "words")
    yield from _decided(draft.intents)
    yield from _reserved(draft.intents)
    yield from _outside(draft)
    yield from check_more(draft)
    yield from _catalogue(draft)
    yield from check_shop(draft)
    yield from _hours(draft.hours)
    yield from _texts(draft)
    yield from check_workflows(draft)
    yield from check_languages(draft)


def _repeated(entries: Iterable[Entry[M]], what: str, name: Callable[[M], str]) -> Iterator[Finding]:
    seen: dict[str, Entry[M]] = {}
    for entry in entries:
        first = seen.setdefault(name(entry.value), entry)
        if first is not entry:
            message = f"The {what} {name(entry.value)!r} is already at {first.spot}."
            yield entry.finding(message, "Give one of the two another name, or remove it.")


def _lanes(draft: Draft) -> Iterator[Finding]:
    named = {entry.value.name for entry in draft.lanes}
    document = next((entry.document for entry in draft.lanes), None)
    for lane in LANE_NAMES:
        if document and lane not in named:
            yield document.finding(("lanes",), f"The lane {lane!r} is missing.", f"Add an item with `name: {lane}`.")
    filled = {entry.value.lane for entry in draft.intents}
    for lane_entry in draft.lanes:
        lane = lane_entry.value.name
        if lane not in filled:
            yield lane_entry.finding(
                f"The lane {lane!r} has no intents.", f"Write at least one in intents/{lane}.yaml."
            )


def _way_back(draft: Draft) -> Iterator[Finding]:
    doing = {entry.value.answer.action for entry in draft.intents}
    for entry in draft.intents:
        if entry.value.answer.action == "talk_to_person" and "end_handoff" not in doing:
            yield entry.finding(
                "Who asks for a person never gets back to the assistant: no intent has `action: end_handoff`.",
                "Add one to intents/handoff.yaml, such as back_to_bot of the demo.",
                "answer",
                "action",
            )


def _answers(draft: Draft) -> Iterator[Finding]:
    if draft.profile is None:
        return
    default = draft.profile.value.default_locale
    slugs = sorted({entry.value.slug for entry in draft.pages if entry.value.locale == default})
    for entry in draft.intents:
        page, text = entry.value.answer.page, entry.value.answer.text
        if page and page not in slugs:
            fix = did_you_mean(page, slugs) or f"Write knowledge/{page}.{default}.md, or name a page that exists."
            yield entry.finding(f"There is no page {page!r} in {default!r}.", fix, "answer", "page")
        if text:
            yield from _answer_text(entry, text, draft)


def _answer_text(entry: Entry[Intent], key: str, draft: Draft) -> Iterator[Finding]:
    for locale, (document, texts) in draft.texts.items():
        if key not in texts and key not in REQUIRED_TEXTS and locale in draft.locales:
            fix = did_you_mean(key, list(texts)) or f'Add `{key}: "..."` to {document.file}.'
            yield entry.finding(f"There is no text {key!r} in {document.file}.", fix, "answer", "text")
    if special := allowed(key) - SHOP_VALUES:
        fix = f"Use a text that needs no more than {_braced(SHOP_VALUES)}."
        yield entry.finding(
            f"The text {key!r} needs {_braced(special)}, which isn't known here.", fix, "answer", "text"
        )


def _examples(draft: Draft) -> Iterator[Finding]:
    for entry in draft.intents:
        for locale in draft.locales:
            count = len(entry.value.examples.get(locale, []))
            if count < FEWEST_EXAMPLES:
                message = f"The intent {entry.value.name!r} has {count} examples in {locale!r}."
                fix = f"Write at least {FEWEST_EXAMPLES}, as customers would."
                yield entry.finding(message, fix, "examples", locale, warning=True)


def _phrases(entries: Sequence[Entry[Intent]], field: str) -> Iterator[Finding]:
    seen: dict[str, tuple[str, str, str]] = {}
    for entry in entries:
        phrases: Mapping[str, list[str]] = getattr(entry.value, field)
        for locale, position, phrase in numbered(phrases):
            name, spot = entry.value.name, _spot(entry.document, (*entry.where, field, locale, position))
            if (folded := fold(phrase)) not in seen:
                seen[folded] = (name, locale, spot)
                continue
            owner, language, first = seen[folded]
            if owner != name:
                message = f"{phrase!r} is already in the intent {owner!r}, at {first}."
                yield entry.finding(message, "Keep it in one of the two.", field, locale, position)
            elif language == locale:
                message, fix = f"{phrase!r} is written twice, first at {first}.", "Remove one of the two."
                yield entry.finding(message, fix, field, locale, position, warning=True)


def _decided(entries: Sequence[Entry[Intent]]) -> Iterator[Finding]:
    """Yield the examples that another intent's decisive words would take away."""
    decisive = [
        (f" {fold(word)} ", word, entry) for entry in entries for words in entry.value.words.values() for word in words
    ]
    for entry in entries:
        for locale, position, example in numbered(entry.value.examples):
            text = f" {fold(example)} "
            for folded, word, owner in decisive:
                if folded in text and owner.value.name != entry.value.name:
                    message = f"{example!r} holds {word!r}, which decides for the intent {owner.value.name!r}."
                    fix = f"Move it there, reword it, or take the words away at {owner.spot}."
                    yield entry.finding(message, fix, "examples", locale, position, warning=True)


def _reserved(entries: Sequence[Entry[Intent]]) -> Iterator[Finding]:
    for entry in entries:
        if entry.value.name == OUTSIDE:
            message = f"{OUTSIDE!r} is what the router calls messages of no intent."
            yield entry.finding(message, "Give the intent another name.", "name")


def _outside(draft: Draft) -> Iterator[Finding]:
    if draft.outside is None:
        return
    owners = {
        fold(example): entry.value.name for entry in draft.intents for _, _, example in numbered(entry.value.examples)
    }
    seen = set()
    for locale, position, text in numbered(draft.outside.value.outside):
        place, folded = ("outside", locale, position), fold(text)
        if owner := owners.get(folded):
            message = f"{text!r} is an example of the intent {owner!r}."
            yield draft.outside.finding(message, "Keep it in one of the two.", *place)
        elif folded in seen:
            message = f"{text!r} is written twice."
            yield draft.outside.finding(message, "Remove one of the two.", *place, warning=True)
        seen.add(folded)


def _spot(document: Document, where: tuple[str | int, ...]) -> str:
    return f"{document.file}:{document.line(where)}"


def _catalogue(draft: Draft) -> Iterator[Finding]:
    names = [entry.value.name for entry in draft.categories]
    for entry in draft.products:
        category = entry.value.category
        if category not in names:
            fix = did_you_mean(category, names) or f"Use one of {', '.join(names)}, or add it under `categories:`."
            yield entry.finding(f"There is no category {category!r}.", fix, "category")
        for where, address in (("url", entry.value.url), ("photo", entry.value.photo)):
            if address is not None and not address.startswith(("https://", "http://")):
                yield entry.finding("The address isn't one of the web.", "Begin it with https://.", where)
    used = {entry.value.category for entry in draft.products}
    for heading in draft.categories:
        if heading.value.name not in used:
            message = f"No product is in the category {heading.value.name!r}."
            yield heading.finding(message, "Add products to it, or remove it.", warning=True)


def _hours(entry: Entry[Hours] | None) -> Iterator[Finding]:
    if entry is None:
        return
    hours = entry.value
    for day in WEEKDAYS:
        if day not in hours.week:
            fix = f"Write `{day}: []` for a closed day."
            yield entry.finding(f"{day!r} is not in the week.", fix, "week", warning=True)
        yield from _intervals(entry, hours.week.get(day, []), "week", day)
    seen = set()
    for position, special in enumerate(hours.special):
        if special.date in seen:
            message = f"The date {special.date} is there twice."
            yield entry.finding(message, "Remove one of the two.", "special", position, "date")
        seen.add(special.date)
        yield from _intervals(entry, special.intervals, "special", position, "intervals")


def _intervals(entry: Entry[Hours], intervals: Sequence[Interval], *where: str | int) -> Iterator[Finding]:
    for position, interval in enumerate(intervals):
        if interval.closes <= interval.opens:
            message = f"It closes at {interval.closes:%H:%M}, before it opens at {interval.opens:%H:%M}."
            yield entry.finding(message, "Write a closing time later the same day.", *where, position, "closes")
    for position, (before, after) in enumerate(pairwise(intervals), 1):
        if after.opens < before.closes:
            message = f"It opens at {after.opens:%H:%M}, while it is still open until {before.closes:%H:%M}."
            yield entry.finding(message, "Write times that follow each other.", *where, position, "opens")


def _texts(draft: Draft) -> Iterator[Finding]:
    answers = {entry.value.answer.text for entry in draft.intents}
    for document, texts in draft.texts.values():
        for key, names in REQUIRED_TEXTS.items():
            if key not in document.data:
                fix = f'Add a line `{key}: "..."`{f" with {_braced(names)} in it" if names else ""}.'
                yield document.finding((), f"The text {key!r} is missing.", fix)
        for key, text in texts.items():
            yield from _text(document, key, text)
            if key not in REQUIRED_TEXTS and key not in answers:
                fix = did_you_mean(key, list(REQUIRED_TEXTS)) or "Remove it."
                yield document.finding((key,), f"Nothing uses the text {key!r}.", fix, warning=True)


def _text(document: Document, key: str, text: str) -> Iterator[Finding]:
    try:
        found = variables(text)
    except ValueError as error:
        fix = "Write {name} around a plain name, and {{ or }} for a brace itself."
        yield document.finding((key,), f"The braces of {key!r} are wrong: {error}.", fix)
        return
    known = allowed(key)
    if unknown := found - known:
        fix = f"Use {_braced(known)} only." if known else "Use no braces in this text."
        yield document.finding((key,), f"Nothing fills in {_braced(unknown)} in {key!r}.", fix)
    if key in REQUIRED_TEXTS and (missing := known - found):
        message = f"{_braced(missing)} is not in {key!r}, so customers won't see it."
        yield document.finding((key,), message, f"Put {_braced(missing)} where it belongs.", warning=True)
    if key in CHOICE_TITLES and len(text) > CHOICE_TITLE_LIMIT:
        message = f"The button {key!r} has {len(text)} characters."
        yield document.finding((key,), message, f"Write {CHOICE_TITLE_LIMIT} or fewer.")


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
