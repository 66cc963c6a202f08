"""What `workflows.yaml` can't show by itself: texts that agree with what fills them in, and languages."""

from collections.abc import Iterator, Mapping

from prompts.files import Draft
from prompts.findings import Finding, did_you_mean
from prompts.located import Document, Where
from prompts.texts import variables
from prompts.workflows import VALUES


def check_workflows(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the words that start workflows and with what is said of them."""
    if draft.workflows is None:
        return
    document, rules = draft.workflows.document, draft.workflows.value
    seen: set[str] = set()
    for position, one in enumerate(rules.offered):
        where: Where = ("offered", position)
        if one.template in seen:
            yield document.finding((*where, "template"), f"{one.template!r} is there twice.", "Remove one of the two.")
        seen.add(one.template)
        yield from _texts(document, (*where, "started"), one.started, frozenset(), draft)
        yield from _spoken(document, (*where, "words"), one.words, draft, "nobody can ask for it in that language")
    for key, known in VALUES.items():
        if (texts := getattr(rules.says, key)) is not None:
            yield from _texts(document, ("says", key), texts, known, draft)
    if rules.report:
        yield from _spoken(document, ("report",), rules.report, draft, "nobody can ask for it in that language")


def _texts(
    document: Document, where: Where, texts: Mapping[str, str], known: frozenset[str], draft: Draft
) -> Iterator[Finding]:
    yield from _spoken(document, where, texts, draft, "customers get the shop's first language")
    for locale, text in texts.items():
        try:
            found = variables(text)
        except ValueError as error:
            yield document.finding(
                (*where, locale), f"The braces are wrong: {error}.", "Write {name}, and {{ or }} for a brace itself."
            )
            continue
        for name in sorted(found - known):
            fix = did_you_mean(name, sorted(known)) or "Use no braces in this text."
            yield document.finding((*where, locale), f"Nothing fills in {{{name}}}.", fix)
        for name in sorted(known - found):
            message = f"{{{name}}} is not in it, so customers won't see it."
            yield document.finding((*where, locale), message, f"Put {{{name}}} where it belongs.", warning=True)


def _spoken(
    document: Document, where: Where, by_locale: Mapping[str, object], draft: Draft, otherwise: str
) -> Iterator[Finding]:
    if draft.locales and draft.locales[0] not in by_locale:
        fix = f"Add a line `{draft.locales[0]}:` below it."
        yield document.finding(where, f"`{where[-1]}` isn't written in {draft.locales[0]!r}.", fix)
    for locale in draft.locales[1:]:
        if locale not in by_locale:
            message = f"`{where[-1]}` isn't written in {locale!r}: {otherwise}."
            yield document.finding(where, message, f"Add a line `{locale}:` below it.", warning=True)
    for locale in by_locale:
        if draft.locales and locale not in draft.locales:
            fix = f"Add {locale} to `locales:` in tenant.yaml, or remove this."
            yield document.finding(
                (*where, locale), f"{locale!r} is not one of the shop's languages.", fix, warning=True
            )
